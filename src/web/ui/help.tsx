import { KEY_HELP } from "../keyboard.ts"

export function Help() {
  return (
    <div class="help">
      <h2>Keys</h2>
      <dl>
        {KEY_HELP.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
