// Disc library metadata (META/DL/bdmt_xxx.xml): the disc's name in one language.

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

/** `titles`: names of the titles, first to last. */
export function discLibrary({ name, language, titles }) {
  const names = titles.map((title, i) => `        <di:titleName titleNumber="${i + 1}">${escaped(title)}</di:titleName>`).join("\n")
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<disclib xmlns="urn:BDA:bdmv;disclib" xmlns:di="urn:BDA:bdmv;discinfo" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <di:discinfo>
    <di:title>
      <di:name>${escaped(name)}</di:name>
      <di:numSets>1</di:numSets>
      <di:setNumber>1</di:setNumber>
    </di:title>
    <di:description>
      <di:tableOfContents>
${names}
      </di:tableOfContents>
    </di:description>
    <di:language>${language}</di:language>
  </di:discinfo>
</disclib>
`)
}
