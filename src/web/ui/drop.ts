import { useEffect, useState } from "preact/hooks"
import { droppedDisc, type LocalDisc } from "../local-files.ts"

/** Files, a folder, or a path or address as text, dropped anywhere on the page. Gives whether something is held above it now. */
export function useDroppedDisc(open: (spec: string) => void, openLocal: (disc: LocalDisc) => void): boolean {
  const [isDragging, setDragging] = useState(false)
  useEffect(() => {
    const over = (event: DragEvent) => {
      event.preventDefault()
      setDragging(true)
    }
    // Leaving one element for another is no leaving.
    const leave = (event: DragEvent) => event.relatedTarget === null && setDragging(false)
    const drop = (event: DragEvent) => {
      event.preventDefault()
      setDragging(false)
      const transfer = event.dataTransfer
      if (transfer === null) return
      const spec = textOf(transfer)
      void droppedDisc(transfer).then((disc) => {
        if (disc !== null) openLocal(disc)
        else if (spec !== null) open(spec)
      })
    }
    document.addEventListener("dragover", over)
    document.addEventListener("dragleave", leave)
    document.addEventListener("drop", drop)
    return () => {
      document.removeEventListener("dragover", over)
      document.removeEventListener("dragleave", leave)
      document.removeEventListener("drop", drop)
    }
  }, [open, openLocal])
  return isDragging
}

function textOf(transfer: DataTransfer): string | null {
  const text = transfer.getData("text/uri-list") || transfer.getData("text/plain")
  const spec = text
    .split("\n")
    .map((line) => line.trim())
    .find((line) => line !== "" && !line.startsWith("#"))
  return spec ?? null
}
