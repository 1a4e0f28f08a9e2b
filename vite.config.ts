import { defineConfig } from "vite"

export default defineConfig({
  root: "src/web",
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../../dist/web",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    rolldownOptions: { input: ["src/web/index.html", "src/web/remote.html"] },
  },
})
