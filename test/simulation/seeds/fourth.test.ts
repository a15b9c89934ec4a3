// The fourth of four parts of the seeds that run with every `npm test`: in processes of their own, side by side.
import { seedsTest } from "../seeds-test.ts"

seedsTest(1500)
