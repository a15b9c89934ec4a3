// One line of what `roadstead doctor` says. What is looked at is in doctor.ts and doctor-form.ts.

/** One line of the doctor. */
export interface Check {
  readonly name: string
  readonly ok: boolean
  /** What was seen. */
  readonly detail: string
  /** What to do about it, when it is not ok. */
  readonly mend: string
  /** Whether `up` cannot do without; else something is left out or works in a lesser way. */
  readonly required: boolean
}

/** A line; one that is not required leaves something out when it is not ok. */
export const check = (name: string, ok: boolean, detail: string, mend: string, required = false): Check => ({
  name,
  ok,
  detail,
  mend,
  required,
})
