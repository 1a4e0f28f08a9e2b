import type { ChapterInfo } from "../../disc/disc-info.ts"
import { rememberLanguage } from "../memory.ts"
import type { Player, PlayerState } from "../player/player.ts"
import { clock } from "../time.ts"
import { Icon } from "./icons.tsx"
import { Picker } from "./picker.tsx"
import { SeekBar } from "./seek-bar.tsx"
import { streamDetail, streamLabel, streamName } from "./stream-labels.ts"

type Props = {
  readonly player: Player
  readonly state: PlayerState
  readonly chapters: readonly ChapterInfo[]
  readonly duration: number
  readonly angles: number
  readonly onFullScreen: () => void
}

/** The bar under the picture. */
export function Controls({ player, state, chapters, duration, angles, onFullScreen }: Props) {
  const length = state.position?.duration ?? duration
  const time = state.position?.time ?? 0
  return (
    <div class="controls">
      <SeekBar time={time} duration={length} chapters={chapters} onSeek={(target) => player.seek(target)} />
      <div class="controls-row">
        <button
          type="button"
          class="round skip"
          title="Previous chapter (p)"
          aria-label="Previous chapter"
          onClick={() => player.press("previous")}
        >
          <Icon name="previous" />
        </button>
        <button
          type="button"
          class="round play"
          title={state.paused ? "Play (space)" : "Pause (space)"}
          aria-label={state.paused ? "Play" : "Pause"}
          onClick={() => player.togglePlay()}
        >
          <Icon name={state.paused ? "play" : "pause"} size={26} />
        </button>
        <button type="button" class="round skip" title="Next chapter (n)" aria-label="Next chapter" onClick={() => player.press("next")}>
          <Icon name="next" />
        </button>
        <span class="clock" data-testid="clock">
          {clock(time)} <em>/ {clock(length)}</em>
        </span>
        <span class="spacer" />
        <Volume player={player} state={state} />
        <StreamPickers player={player} state={state} angles={angles} />
        <button type="button" class="round" title="Full screen (f)" aria-label="Full screen" onClick={onFullScreen}>
          <Icon name="full" />
        </button>
      </div>
    </div>
  )
}

function Volume({ player, state }: { player: Player; state: PlayerState }) {
  const silent = state.muted || state.volume === 0
  return (
    <div class="volume">
      <button type="button" class="round" title="Mute (m)" aria-label={silent ? "Sound on" : "Mute"} onClick={() => player.toggleMute()}>
        <Icon name={silent ? "muted" : "volume"} />
      </button>
      <input
        type="range"
        min="0"
        max="1"
        step="0.05"
        aria-label="Volume"
        value={state.muted ? 0 : state.volume}
        onInput={(event) => player.setVolume(Number(event.currentTarget.value))}
      />
    </div>
  )
}

function StreamPickers({ player, state, angles }: { player: Player; state: PlayerState; angles: number }) {
  const audio = state.streams.filter(({ kind }) => kind === "audio")
  const subtitles = state.streams.filter(({ kind }) => kind === "subtitle")
  const heard = audio.find(({ selected }) => selected)
  const read = subtitles.find(({ selected }) => selected)
  const tagOf = (streams: typeof audio, number: number | null) => streams.find((stream) => stream.number === number)?.languageTag ?? null
  return (
    <>
      {audio.length > 0 && (
        <Picker
          icon="audio"
          label="Sound"
          caption={heard === undefined ? "None" : streamName(heard)}
          value={heard?.number ?? 0}
          choices={audio.map((stream) => ({ value: stream.number, label: streamLabel(stream), detail: streamDetail(stream) }))}
          onChoose={(number) => {
            rememberLanguage("audio", tagOf(audio, number))
            player.select({ audio: number })
          }}
        />
      )}
      {subtitles.length > 0 && (
        <Picker
          icon="subtitle"
          label="Subtitles"
          caption={read === undefined ? "Off" : streamName(read)}
          value={read?.number ?? null}
          choices={[
            { value: null, label: "Off" },
            ...subtitles.map((stream) => ({ value: stream.number, label: streamLabel(stream), detail: streamDetail(stream) })),
          ]}
          onChoose={(number) => {
            rememberLanguage("subtitle", tagOf(subtitles, number))
            player.select({ subtitle: number })
          }}
        />
      )}
      {angles > 1 && (
        <Picker
          icon="angle"
          label="Angle"
          caption={String(state.position?.angle ?? 1)}
          value={state.position?.angle ?? 1}
          choices={Array.from({ length: angles }, (_, index) => ({ value: index + 1, label: `Angle ${index + 1}` }))}
          onChoose={(angle) => player.select({ angle })}
        />
      )}
    </>
  )
}
