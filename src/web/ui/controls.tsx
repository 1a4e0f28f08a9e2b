import type { TitleInfo } from "../../disc/disc-info.ts"
import type { MenuName } from "../../plugin/session.ts"
import { rememberLanguage } from "../memory.ts"
import type { Player, PlayerState } from "../player/player.ts"
import { clock } from "../time.ts"
import { Icon, type IconName } from "./icons.tsx"
import { Picker } from "./picker.tsx"
import { SeekBar } from "./seek-bar.tsx"
import { streamDetail, streamLabel, streamName } from "./stream-labels.ts"

type Props = {
  readonly player: Player
  readonly state: PlayerState
  /** The title on the screen; null in a menu. */
  readonly title: TitleInfo | null
  /** A menu or the disc's opening is on the screen, not a title. */
  readonly isMenu: boolean
  readonly hasMenus: boolean
  readonly hasRemote: boolean
  readonly onMenu: (name: MenuName) => void
  readonly onRemote: () => void
  readonly onFullScreen: () => void
}

/** The bar under the picture: in a title where it stands and all that can be chosen; in a menu only what is of use there. */
export function Controls({ player, state, title, isMenu, hasMenus, hasRemote, onMenu, onRemote, onFullScreen }: Props) {
  const length = state.position?.duration ?? title?.duration ?? 0
  const time = state.position?.time ?? 0
  return (
    <div class="controls">
      {!isMenu && (
        <SeekBar
          time={time}
          duration={length}
          chapters={title?.chapters ?? []}
          isAllowed={player.may("seek")}
          onSeek={(target) => player.seek(target)}
        />
      )}
      <div class="controls-row">
        <Transport player={player} state={state} />
        {!isMenu && (
          <span class="clock" data-testid="clock">
            {clock(time)} <em>/ {clock(length)}</em>
          </span>
        )}
        <span class="spacer" />
        <Volume player={player} state={state} />
        {!isMenu && <StreamPickers player={player} state={state} angles={title?.angles ?? 1} />}
        {player.hasPopUp && (
          <RoundButton icon="popUp" label="Pop-up menu" keys="m" isPressed={state.hasButtons} onClick={() => player.press("popup")} />
        )}
        {hasMenus && !isMenu && !hasRemote && (
          <RoundButton icon="menu" label="Disc menu" keys={player.hasPopUp ? "t" : "m"} onClick={() => onMenu("root")} />
        )}
        {hasMenus && (isMenu || hasRemote) && <RoundButton icon="remote" label="Remote control" isPressed={hasRemote} onClick={onRemote} />}
        <RoundButton icon="full" label="Full screen" keys="f" onClick={onFullScreen} />
      </div>
    </div>
  )
}

type RoundButtonProps = {
  readonly icon: IconName
  readonly label: string
  /** The key that does the same. */
  readonly keys?: string
  readonly isPressed?: boolean
  readonly isAllowed?: boolean
  readonly kind?: string
  readonly onClick: () => void
}

function RoundButton({ icon, label, keys, isPressed, isAllowed = true, kind = "", onClick }: RoundButtonProps) {
  const title = keys === undefined ? label : `${label} (${keys})`
  return (
    <button
      type="button"
      class={`round ${kind}`}
      title={isAllowed ? title : `${label}: the disc does not allow this now`}
      aria-label={label}
      aria-pressed={isPressed}
      disabled={!isAllowed}
      onClick={onClick}
    >
      <Icon name={icon} size={kind === "play" ? 26 : 22} />
    </button>
  )
}

/** Playing and stopping, and the chapters to either side. */
function Transport({ player, state }: { player: Player; state: PlayerState }) {
  const chapter = (key: "previous" | "next") => ({
    ...{ kind: "skip", icon: key, isAllowed: player.may(key), onClick: () => player.press(key) },
  })
  return (
    <>
      <RoundButton label="Previous chapter" keys="p" {...chapter("previous")} />
      <RoundButton
        icon={state.paused ? "play" : "pause"}
        label={state.paused ? "Play" : "Pause"}
        keys="space"
        kind="play"
        onClick={() => player.togglePlay()}
      />
      <RoundButton label="Next chapter" keys="n" {...chapter("next")} />
    </>
  )
}

function Volume({ player, state }: { player: Player; state: PlayerState }) {
  const silent = state.muted || state.volume === 0
  return (
    <div class="volume">
      <RoundButton icon={silent ? "muted" : "volume"} label={silent ? "Sound on" : "Mute"} keys="x" onClick={() => player.toggleMute()} />
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
          isAllowed={player.may("select-audio")}
          value={heard?.number ?? 0}
          choices={audio.map((stream) => ({ value: stream.number, label: streamLabel(stream), detail: streamDetail(stream) }))}
          onChoose={(number) => {
            rememberLanguage("audio", tagOf(audio, number))
            player.select({ audio: number })
          }}
        />
      )}
      {(subtitles.length > 0 || state.captionChannels.length > 0) && (
        <Picker
          icon="subtitle"
          label="Subtitles"
          caption={state.captionChannel !== null ? captionName(state.captionChannel) : read === undefined ? "Off" : streamName(read)}
          isAllowed={player.may("select-subtitle")}
          value={state.captionChannel !== null ? captionValue(state.captionChannel) : (read?.number ?? null)}
          choices={[
            { value: null, label: "Off" },
            ...subtitles.map((stream) => ({ value: stream.number, label: streamLabel(stream), detail: streamDetail(stream) })),
            ...state.captionChannels.map((channel) => ({ value: captionValue(channel), label: captionName(channel) })),
          ]}
          onChoose={(choice) => {
            const channel = typeof choice === "string" ? Number(choice.slice(CAPTION.length)) : null
            const number = typeof choice === "string" ? null : choice
            player.showCaptions(channel)
            if (channel === null) rememberLanguage("subtitle", tagOf(subtitles, number))
            if (subtitles.length > 0) player.select({ subtitle: number })
          }}
        />
      )}
      {angles > 1 && (
        <Picker
          icon="angle"
          label="Angle"
          caption={String(state.position?.angle ?? 1)}
          isAllowed={player.may("select-angle")}
          value={state.position?.angle ?? 1}
          choices={Array.from({ length: angles }, (_, index) => ({ value: index + 1, label: `Angle ${index + 1}` }))}
          onChoose={(angle) => player.select({ angle })}
        />
      )}
    </>
  )
}

const CAPTION = "cc"
const captionValue = (channel: number): string => `${CAPTION}${channel}`
const captionName = (channel: number): string => `Closed captions${channel === 1 ? "" : ` ${channel}`}`
