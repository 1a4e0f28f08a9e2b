import type { TreeObject } from "./library-tree.ts"
import { isAbsentProperty, isSearchProperty, propertyOf } from "./properties.ts"
import { UPNP_ERRORS, UpnpError } from "./upnp-error.ts"

type Matches = (object: TreeObject) => boolean

/** Longer ones are no search of a person. */
const MAX_LENGTH = 2000
/** Brackets inside brackets. */
const MAX_DEPTH = 20

/** What an expression is made of: brackets, a quoted string (`\"` and `\\` inside), an operator, a word. */
const TOKEN = /\s*(?:([()])|"((?:[^"\\]|\\["\\])*)"|(<=|>=|!=|=|<|>)|([\w:@.*]+))/y

type Token = { readonly type: "bracket" | "string" | "operator" | "word"; readonly text: string }

/** Reads SearchCriteria (ContentDirectory:1, 2.5.5.1): `*`, or comparisons joined by `and`, `or` and brackets. @throws UpnpError 708 */
export function parseSearchCriteria(text: string): Matches {
  if (text.trim() === "*") return () => true
  if (text.length > MAX_LENGTH) throw unreadable("they are too long")
  return new SearchParser(tokensOf(text)).parse()
}

const unreadable = (why: string): UpnpError => new UpnpError(UPNP_ERRORS.badSearchCriteria, `the search criteria cannot be read: ${why}`)

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  const rest = text.trimEnd()
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < rest.length) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(rest)
    if (match === null) throw unreadable(`nothing is known that begins with "${rest.slice(at, at + 10)}"`)
    const [, bracket, string, operator, word] = match
    if (bracket !== undefined) tokens.push({ type: "bracket", text: bracket })
    else if (string !== undefined) tokens.push({ type: "string", text: string.replace(/\\(.)/g, "$1") })
    else if (operator !== undefined) tokens.push({ type: "operator", text: operator })
    else tokens.push({ type: "word", text: word ?? "" })
  }
  return tokens
}

class SearchParser {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parse(): Matches {
    const matches = this.#or()
    if (this.#at < this.#tokens.length) throw unreadable(`"${this.#tokens[this.#at]?.text.slice(0, 20)}" stands where nothing may`)
    return matches
  }

  /** `and` binds closer than `or`. */
  #or(): Matches {
    const parts = [this.#and()]
    while (this.#takeWord("or")) parts.push(this.#and())
    return (object) => parts.some((part) => part(object))
  }

  #and(): Matches {
    const parts = [this.#one()]
    while (this.#takeWord("and")) parts.push(this.#one())
    return (object) => parts.every((part) => part(object))
  }

  #one(): Matches {
    const token = this.#next()
    if (token.type === "bracket" && token.text === "(") {
      if (++this.#depth > MAX_DEPTH) throw unreadable("too many brackets lie inside one another")
      const inside = this.#or()
      const end = this.#next()
      if (end.type !== "bracket" || end.text !== ")") throw unreadable("a bracket is not closed")
      this.#depth--
      return inside
    }
    const { type, text } = token
    if (type === "word" && isSearchProperty(text)) return comparison(text, (object) => propertyOf(object, text), this.#next(), this.#next())
    if (type === "word" && isAbsentProperty(text)) return comparison(text, () => null, this.#next(), this.#next())
    throw unreadable(`"${text.slice(0, 40)}" is nothing to search by`)
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#at]
    if (token?.type !== "word" || token.text.toLowerCase() !== word) return false
    this.#at++
    return true
  }

  #next(): Token {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw unreadable("they end in the middle")
    return token
  }
}

type ValueOf = (object: TreeObject) => string | number | null

function comparison(property: string, read: ValueOf, operator: Token, value: Token): Matches {
  if (operator.type === "word" && operator.text === "exists") {
    if (value.text !== "true" && value.text !== "false") throw unreadable("exists takes true or false")
    const wanted = value.text === "true"
    return (object) => (read(object) !== null) === wanted
  }
  if (value.type !== "string") throw unreadable(`"${value.text.slice(0, 40)}" is no value in quotes`)
  const test = operator.type === "operator" || operator.type === "word" ? OPERATORS.get(operator.text) : undefined
  if (test === undefined) throw unreadable(`"${operator.text.slice(0, 20)}" is no way to compare`)
  const wanted = property === "upnp:class" || property.startsWith("@") ? value.text : value.text.toLowerCase()
  return (object) => {
    const found = read(object)
    if (found === null) return false
    if (typeof found === "number") return test(Math.sign(found - secondsOf(value.text)), String(found), wanted)
    const text = property === "upnp:class" || property.startsWith("@") ? found : found.toLowerCase()
    return test(text < wanted ? -1 : text > wanted ? 1 : 0, text, wanted)
  }
}

/** `order`: below 0 where what was found is less. */
const OPERATORS: ReadonlyMap<string, (order: number, found: string, wanted: string) => boolean> = new Map([
  ["=", (order) => order === 0],
  ["!=", (order) => order !== 0],
  ["<", (order) => order < 0],
  ["<=", (order) => order <= 0],
  [">", (order) => order > 0],
  [">=", (order) => order >= 0],
  ["contains", (_, found, wanted) => found.includes(wanted)],
  ["doesNotContain", (_, found, wanted) => !found.includes(wanted)],
  ["derivedfrom", (_, found, wanted) => found === wanted || found.startsWith(`${wanted}.`)],
])

/** `1:23:45.6`, or seconds. */
function secondsOf(text: string): number {
  const parts = text.split(":").map(Number)
  if (parts.length > 3 || parts.some((part) => !Number.isFinite(part))) throw unreadable(`"${text.slice(0, 20)}" is no duration`)
  return parts.reduce((seconds, part) => seconds * 60 + part, 0)
}
