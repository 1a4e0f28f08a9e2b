import { writeFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { DiscError } from "../../src/base/index.ts"
import { converterCounts, makeThumbnail } from "../../src/transcode/index.ts"
import { hasProgram } from "../support/oracles.ts"
import { grey, itemsOf, make, packetsOf, path, psnr } from "./support.ts"

describe.skipIf(!hasProgram("ffmpeg"))("makeThumbnail", () => {
  test.each([
    ["mpeg2video", "t.vob", ["-c:v", "mpeg2video", "-b:v", "6M", "-f", "dvd"]],
    ["h264", "t.ts", ["-c:v", "libx264", "-f", "mpegts"]],
    ["hevc", "h.ts", ["-c:v", "libx265", "-x265-params", "log-level=none", "-f", "mpegts"]],
  ] as const)("%s: one key picture becomes a JPEG of it, with square pixels", async (codec, name, args) => {
    const file = make(name, "-f", "lavfi", "-i", "smptehdbars=s=720x576:r=25:d=0.5", "-pix_fmt", "yuv420p", ...args)
    const key = packetsOf(itemsOf(file), "video").find((packet) => packet.key)
    const jpeg = await makeThumbnail({ codec, data: key?.data ?? new Uint8Array(), aspect: "16:9" }, { width: 320 })
    writeFileSync(path("thumb.jpg"), jpeg)
    const [expected] = grey(["-i", file], 320, 180)
    const [made] = grey(["-i", path("thumb.jpg")], 320, 180)
    expect(psnr(expected!, made!)).toBeGreaterThan(30)
  })

  test("what is no picture is refused, and the next one is made all the same", async () => {
    const error = await makeThumbnail({ codec: "mpeg2video", data: new Uint8Array(500), aspect: null }, { width: 160 }).catch(
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(DiscError)
    expect(error).toMatchObject({ code: "damaged" })
    expect(converterCounts().processes).toBeLessThanOrEqual(1)
  })
})
