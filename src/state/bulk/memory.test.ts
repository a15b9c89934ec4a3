// The bulk store in memory against the cases of all bulk stores.
import { bulkCases } from "./cases.ts"
import { memoryBulkStore } from "./memory.ts"

bulkCases("memory", async () => ({ open: async (bytes) => memoryBulkStore({ bytes }), remove: async () => {} }))
