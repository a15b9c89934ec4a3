// Work that must not run beside itself.

/** A function that starts `work`, unless it is still under way from before. `failed` hears of what it rejects with. */
export const oneAtATime = (work: () => Promise<void>, failed: (error: unknown) => void): (() => void) => {
  let running = false
  return () => {
    if (running) return
    running = true
    work()
      .catch(failed)
      .finally(() => {
        running = false
      })
  }
}
