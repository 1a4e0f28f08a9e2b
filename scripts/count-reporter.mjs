// Ends a test run with one line, "N passed, N failed". Where everything is installed (CI=true), a skipped test counts as failed:
// nothing may be left out there without anyone seeing it.
import { writeFileSync } from "node:fs"

/** The counts go into this file instead of onto the screen when a program asks for them. */
const file = process.env.OPENTRAY_TEST_COUNTS

export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    const left = []
    for (const module of modules) {
      const before = counts.failed
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === "passed") counts.passed++
        else if (state === "failed") counts.failed++
        else {
          counts.skipped++
          left.push(`${module.relativeModuleId}: ${test.fullName}`)
        }
      }
      // A file that cannot be run, or a hook that fails, takes its tests with it.
      if (counts.failed === before && module.state() === "failed") counts.failed++
    }
    if (process.env.CI === "true" && counts.skipped > 0) {
      console.log(`Skipped, which counts as failed under CI:\n${left.map((name) => `  ${name}`).join("\n")}`)
      counts.failed += counts.skipped
      process.exitCode = 1
    } else if (counts.skipped > 0)
      console.log(`${counts.skipped} skipped: a program or the test data they need is not here (see CONTRIBUTING.md)`)
    if (file === undefined) console.log(`${counts.passed} passed, ${counts.failed} failed`)
    else writeFileSync(file, `${counts.passed} ${counts.failed}\n`)
  }
}
