// A journal that a test can hold up or break: for showing that nothing speaks before its commit is on disk.
import type { Appended, Batch, Journal } from "../../src/state/index.ts"

/** See {@link heldJournal}. */
export interface HeldJournal extends Journal {
  /** From now on batches wait. */
  hold(): void
  /** Lets waiting batches go, the oldest `count` of them or all, and answers when they were answered. */
  release(count?: number): Promise<void>
  /** Answers waiting and later batches so, without keeping them. */
  refuse(answer: Appended): void
  /** How many batches wait. */
  readonly waiting: number
}

/** Puts a door in front of `inner`, open at first. */
export const heldJournal = (inner: Journal): HeldJournal => {
  const queue: { readonly batch: Batch; readonly answer: (appended: Appended | Promise<Appended>) => void }[] = []
  let held = false
  let refusal: Appended | undefined
  return {
    open: () => inner.open(),
    load: () => inner.load(),
    append: (batch) => {
      if (refusal) return Promise.resolve(refusal)
      if (!held) return inner.append(batch)
      const { promise, resolve } = Promise.withResolvers<Appended>()
      queue.push({ batch, answer: resolve })
      return promise
    },
    close: async () => {
      for (const { batch, answer } of queue.splice(0)) answer(inner.append(batch))
      await inner.close()
    },
    hold: () => {
      held = true
    },
    release: async (count = Number.POSITIVE_INFINITY) => {
      if (count >= queue.length) held = false
      const answers = queue.splice(0, count).map(({ batch, answer }) => {
        const appended = inner.append(batch)
        answer(appended)
        return appended
      })
      await Promise.all(answers)
    },
    refuse: (answer) => {
      refusal = answer
      for (const one of queue.splice(0)) one.answer(answer)
    },
    get waiting() {
      return queue.length
    },
  }
}
