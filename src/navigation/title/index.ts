/** Titles without menus: which bytes of which clips play, and when. Other rooms import from here. */
export type { BlurayStreamKind, BlurayTitleStream } from "./blu-ray-streams.ts"
export { type BlurayTitlePlan, type PlannedEntry, type PlanOptions, planBlurayTitle } from "./blu-ray-title.ts"
export { type DvdPlanOptions, type DvdTitlePlan, planDvdTitle } from "./dvd-title.ts"
export type { Entry, TitlePlan } from "./title-plan.ts"
