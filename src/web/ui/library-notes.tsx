import type { LibraryStatus } from "../../hosts/host.ts"

/** That discs are still being read. */
export function StillReading({ reading }: Pick<LibraryStatus, "reading">) {
  if (reading === 0) return null
  return (
    <p class="note" role="status">
      <span class="note-spinner" aria-hidden="true" />
      {reading === 1 ? "One more disc is being read…" : `${reading.toLocaleString()} more discs are being read…`}
    </p>
  )
}

/** What is left out, and why. */
export function LeftOut({ problems }: Pick<LibraryStatus, "problems">) {
  if (problems.length === 0) return null
  return (
    <details class="note problems">
      <summary>{problems.length === 1 ? "One cannot be opened" : `${problems.length.toLocaleString()} cannot be opened`}</summary>
      <ul>
        {problems.map(({ name, folder, message }) => (
          <li key={[...folder, name].join("/")}>
            <strong>{[...folder, name].join(" / ")}</strong> <span>{message}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}
