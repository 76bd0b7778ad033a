/** Tells what happened to a saga. Without I/O and without Node.js: browsers may load it. */
export { storyLines } from './lines.js';
export type { StepState, StoryRow } from './rows.js';
export type { StoryAttempt, StorySpan } from './spans.js';
export { story, type Story, type StoryFuture, type StoryMark } from './story.js';
export { planOf, type PlanStep, type ToldLog, type ToldNote, type ToldSaga } from './told.js';
