import type { ButtonPictures, EffectSequence, InteractiveComposition } from "../../../src/graphics/ig/index.ts"

/** The content of a composition's segment again, as it was read. */
export function writeComposition(menu: InteractiveComposition): Uint8Array {
  const data = [
    (menu.streamModel === "preloaded" ? 0x80 : 0) | (menu.userInterfaceModel === "pop-up" ? 0x40 : 0),
    ...(menu.timeOuts === null ? [] : [...u40(menu.timeOuts.compositionTimeOutPts), ...u40(menu.timeOuts.selectionTimeOutPts)]),
    ...u24(menu.userTimeOutDuration),
    menu.pages.length,
    ...menu.pages.flatMap((page) => [
      page.id,
      page.version,
      ...page.userOperationMask,
      ...writeEffects(page.inEffects),
      ...writeEffects(page.outEffects),
      page.animationFrameRateCode,
      ...ref(page.defaultSelectedButtonIdRef),
      ...ref(page.defaultActivatedButtonIdRef),
      page.paletteIdRef,
      page.buttonOverlapGroups.length,
      ...page.buttonOverlapGroups.flatMap((group) => [
        ...ref(group.defaultValidButtonIdRef),
        group.buttons.length,
        ...group.buttons.flatMap((button) => [
          ...u16(button.id),
          ...ref(button.numericSelectValue),
          button.autoAction ? 0x80 : 0,
          ...u16(button.x),
          ...u16(button.y),
          ...ref(button.upperButtonIdRef),
          ...ref(button.lowerButtonIdRef),
          ...ref(button.leftButtonIdRef),
          ...ref(button.rightButtonIdRef),
          ...pictures(button.normal),
          button.normal.repeat ? 0x80 : 0,
          button.selected.soundIdRef ?? 0xff,
          ...pictures(button.selected),
          button.selected.repeat ? 0x80 : 0,
          button.activated.soundIdRef ?? 0xff,
          ...pictures(button.activated),
          ...u16(button.navigationCommands.length),
          ...button.navigationCommands.flatMap((command) => [...command]),
        ]),
      ]),
    ]),
  ]
  const state = { normal: 0, "acquisition-point": 0x40, "epoch-start": 0x80, "epoch-continue": 0xc0 }[menu.compositionState]
  const head = [...u16(menu.videoWidth), ...u16(menu.videoHeight), menu.frameRateCode << 4, ...u16(menu.compositionNumber), state, 0xc0]
  return Uint8Array.from([...head, ...u24(data.length), ...data])
}

function writeEffects({ windows, effects }: EffectSequence): number[] {
  return [
    windows.length,
    ...windows.flatMap(({ id, x, y, width, height }) => [id, ...[x, y, width, height].flatMap(u16)]),
    effects.length,
    ...effects.flatMap(({ duration, paletteIdRef, objects }) => [
      ...u24(duration),
      paletteIdRef,
      objects.length,
      ...objects.flatMap(({ objectIdRef, windowIdRef, forcedOn, x, y, crop }) => [
        ...u16(objectIdRef),
        windowIdRef,
        (crop === null ? 0 : 0x80) | (forcedOn ? 0x40 : 0),
        ...u16(x),
        ...u16(y),
        ...(crop === null ? [] : [crop.x, crop.y, crop.width, crop.height].flatMap(u16)),
      ]),
    ]),
  ]
}

function u16(value: number): number[] {
  return [value >> 8, value & 0xff]
}

function u24(value: number): number[] {
  return [value >> 16, ...u16(value & 0xffff)]
}

function u40(value: number): number[] {
  return [Math.floor(value / 2 ** 32), ...u16((value / 0x10000) & 0xffff), ...u16(value & 0xffff)]
}

function ref(value: number | null): number[] {
  return u16(value ?? 0xffff)
}

function pictures({ startObjectIdRef, endObjectIdRef }: ButtonPictures): number[] {
  return [...ref(startObjectIdRef), ...ref(endObjectIdRef)]
}
