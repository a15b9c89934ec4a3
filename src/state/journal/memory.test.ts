// The journal in memory against the cases of all journals.
import { journalCases } from "./cases.ts"
import { memoryDisk, memoryJournal } from "./memory.ts"

journalCases("memory", async () => {
  const disk = memoryDisk()
  return { journal: () => memoryJournal(disk), remove: async () => {} }
})
