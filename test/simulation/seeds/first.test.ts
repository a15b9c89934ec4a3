// The first of four parts of the seeds that run with every `npm test`, or the one seed that SIMULATION_SEED names.
import { replay, seedsTest } from "../seeds-test.ts"

if (!replay()) seedsTest(0)
