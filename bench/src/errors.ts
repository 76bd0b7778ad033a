/** Why a benchmark cannot be taken, in words for the person who typed the command. */
export class CannotMeasure extends Error {}
