import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    reporters: ["default", "./scripts/count-reporter.mjs"],
    testTimeout: 120_000,
    hookTimeout: 240_000,
    // Processes that the code starts (the converter) run the sources too.
    execArgv: ["--import", new URL("test/support/typescript-sources.mjs", import.meta.url).href],
    // Two cores: more workers only fight over them.
    maxWorkers: 2,
  },
})
