import { render } from "preact"
import { RemotePage } from "./remote-page.tsx"

const root = document.getElementById("app")
if (root !== null) render(<RemotePage session={new URLSearchParams(location.search).get("session") ?? ""} />, root)
