import { useRef, useState } from "preact/hooks"

/** How long the controls stay after the last movement, in ms. */
const CONTROLS_STAY = 3000

/** Whether somebody moved something a short while ago, and what says that they did. */
export function useAwake(): readonly [boolean, () => void] {
  const [isAwake, setAwake] = useState(true)
  const timer = useRef(0)
  const wake = () => {
    setAwake(true)
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => setAwake(false), CONTROLS_STAY)
  }
  return [isAwake, wake]
}
