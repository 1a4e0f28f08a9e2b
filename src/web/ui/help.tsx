import { KEY_HELP } from "../keyboard.ts"

export function Help() {
  return (
    <div class="help">
      <h2>Keys</h2>
      {KEY_HELP.map(({ title, keys }) => (
        <section key={title}>
          <h3>{title}</h3>
          <dl>
            {keys.map(([key, meaning]) => (
              <div key={key}>
                <dt>{key}</dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  )
}
