// What the readable descriptions in this folder have in common: a line a statement, words, "quoted words", # for a remark.

/** `[{ line, words }]` of the lines that say something; a quoted word comes without its quotes. */
export function descriptionLines(text) {
  return text
    .split("\n")
    .map((line) => line.replace(/(^|\s)#(\s.*)?$/, "").trim())
    .filter((line) => line !== "")
    .map((line) => ({ line, words: [...line.matchAll(/"([^"]*)"|[^\s]+/g)].map(([word, quoted]) => quoted ?? word) }))
}
