import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { type Browser, chromium, type Page } from "playwright-core"
import { build } from "vite"
import { type BrowserHostOptions, createBrowserHost } from "../../src/hosts/browser/index.ts"
import type { Disc } from "../../src/plugin/index.ts"
import { openDisc } from "../../src/plugin/node.ts"
import { nameOf, type RunningServer, type ServerOptions, startServer } from "../../src/server/index.ts"
import { hasProgram } from "./oracles.ts"

const root = resolve(import.meta.dirname, "../..")

export const hasChromium = hasProgram("chromium")

/** A sample disc's path. */
export const sample = (name: "dvd.iso" | "bluray.iso"): string => join(root, "samples", name)

/** A disc that says something else of itself and plays as it is. */
export function discWith(disc: Disc, info: Partial<Disc["info"]>): Disc {
  const said = { ...disc.info, ...info }
  return new Proxy(disc, {
    get: (target, name) => {
      if (name === "info") return said
      const value: unknown = Reflect.get(target, name)
      return typeof value === "function" ? value.bind(target) : value
    },
  })
}

/** What a test file needs to look at the page: the page built from the sources, a server in this process, a real browser. */
export class Rig {
  readonly browser: Browser
  readonly #page: string
  readonly #servers: RunningServer[] = []

  private constructor(browser: Browser, page: string) {
    this.browser = browser
    this.#page = page
  }

  static async start(): Promise<Rig> {
    const page = mkdtempSync(join(tmpdir(), "opentray-page-"))
    await build({
      configFile: join(root, "vite.config.ts"),
      root: join(root, "src/web"),
      logLevel: "error",
      build: { outDir: page, emptyOutDir: true },
    })
    return new Rig(await launch(), page)
  }

  /** A server for discs given by path or ready made. */
  async serve(
    discs: readonly (string | { readonly disc: Disc; readonly name: string })[],
    options: Partial<ServerOptions> & { readonly browser?: BrowserHostOptions; readonly more?: ServerOptions["hosts"] } = {},
  ): Promise<RunningServer> {
    const opened = await Promise.all(
      discs.map(async (disc) => (typeof disc === "string" ? { disc: await openDisc(disc), name: nameOf(disc) } : disc)),
    )
    const server = await startServer({
      openDisc,
      hosts: [(context) => createBrowserHost(context, { page: this.#page, ...options.browser }), ...(options.more ?? [])],
      ...options,
      discs: opened,
    })
    this.#servers.push(server)
    return server
  }

  /** A page of its own context, so that nothing is remembered from another test. */
  async open(
    url: string,
    options: { readonly width?: number; readonly height?: number; readonly before?: (page: Page) => Promise<unknown> } = {},
  ): Promise<Page> {
    const context = await this.browser.newContext({ viewport: { width: options.width ?? 1280, height: options.height ?? 800 } })
    const page = await context.newPage()
    await options.before?.(page)
    await page.goto(url)
    return page
  }

  async stop(): Promise<void> {
    await this.browser.close()
    await Promise.all(this.#servers.map((server) => server.close()))
    rmSync(this.#page, { recursive: true, force: true })
  }
}

/** Debian's Chromium; sound runs, unheard. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required", "--mute-audio"],
  })
}

/** Resolves when `read` in the page gives something true. */
export async function until(page: Page, read: () => unknown, timeout = 60_000): Promise<void> {
  await page.waitForFunction(read, undefined, { timeout, polling: 50 })
}

export const currentTime = (page: Page): Promise<number> => page.evaluate(() => document.querySelector("video")?.currentTime ?? -1)
