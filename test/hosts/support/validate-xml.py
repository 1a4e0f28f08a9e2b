"""Validates the document on standard input against an XML Schema with libxml2. Exit code 0: it is valid; libxml2 says on stderr why it is not.

usage: validate-xml.py SCHEMA_FILE
"""
import ctypes as c
import sys

xml = c.CDLL("libxml2.so.2")
for name in ("xmlSchemaNewParserCtxt", "xmlSchemaParse", "xmlSchemaNewValidCtxt", "xmlReadMemory"):
    getattr(xml, name).restype = c.c_void_p
NO_NETWORK = 1 << 11

parser = xml.xmlSchemaNewParserCtxt(c.c_char_p(sys.argv[1].encode()))
schema = xml.xmlSchemaParse(c.c_void_p(parser))
if not schema:
    sys.exit("the schema itself cannot be read")
text = sys.stdin.buffer.read()
document = xml.xmlReadMemory(text, len(text), b"document.xml", None, NO_NETWORK)
if not document:
    sys.exit("no XML")
validator = xml.xmlSchemaNewValidCtxt(c.c_void_p(schema))
sys.exit(0 if xml.xmlSchemaValidateDoc(c.c_void_p(validator), c.c_void_p(document)) == 0 else 1)
