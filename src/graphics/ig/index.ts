/** Blu-ray Interactive Graphics: a menu's composition. */
export type { Button, ButtonOverlapGroup, ButtonPictures } from "./button.ts"
export { type InteractiveComposition, joinCompositionParts, parseInteractiveComposition } from "./interactive-composition.ts"
export type { Effect, EffectSequence, Page, Window } from "./page.ts"
