/** Why a benchmark cannot be taken, in words for whoever typed the command. */
export class CannotMeasure extends Error {}
