// When an image is pulled, when the one that is there will do, and who waits for whom.
import assert from "node:assert/strict"
import { test } from "node:test"
import { TestClock } from "../../../test/support/test-clock.ts"
import { silentLog } from "../../kernel/index.ts"
import { type ContainerDriver, DriverError, type ImageInfo } from "../driver.ts"
import { createPulls, PullFailure } from "./pulls.ts"

const clock = new TestClock()
const made: ImageInfo = { id: "sha256:made" }
const fetched: ImageInfo = { id: "sha256:old", digest: "sha256:d" }
const fresh: ImageInfo = { id: "sha256:new", digest: "sha256:e" }

const setUp = (
  there: ImageInfo | undefined,
  pull: ContainerDriver["pull"],
  behaviour: "default" | "always" | "once" | "prefer-cached" = "default",
) => {
  let pulls = 0
  const driver: Pick<ContainerDriver, "image" | "pull"> = {
    image: async () => there,
    pull: (reference, options) => {
      pulls++
      return pull(reference, options)
    },
  }
  const get = createPulls({ driver, clock, log: silentLog, behaviour })
  return {
    get: (signal = new AbortController().signal, reference = "a:1") => get({ reference, signal }),
    pulls: () => pulls,
  }
}
const works = async () => fresh
const fails = async () => {
  throw new DriverError("pull-failed", "dial tcp: i/o timeout", true)
}

test("an image that was made on this machine is used as it is", async () => {
  const { get, pulls } = setUp(made, works)
  assert.equal(await get(), made)
  assert.equal(pulls(), 0)
})

test("an image of a registry is pulled each time, unless its digest is named", async () => {
  const { get, pulls } = setUp(fetched, works)
  assert.equal(await get(), fresh)
  assert.equal(await get(undefined, "a@sha256:d"), fetched)
  assert.equal(pulls(), 1)
})

test("when the registry does not answer, the image that the engine has is used at once", async () => {
  const { get, pulls } = setUp(fetched, fails)
  assert.equal(await get(), fetched)
  assert.equal(pulls(), 1)
})

test("always means that the image that the engine has does not count", async () => {
  const { get, pulls } = setUp(made, fails, "always")
  const failing = assert.rejects(get(), (error) => error instanceof PullFailure && error.attempts === 5)
  await clock.advance(20_000)
  await failing
  assert.equal(pulls(), 5)
})

test("once pulls the first time, prefer-cached never what is there", async () => {
  const once = setUp(fetched, works, "once")
  await once.get()
  await once.get()
  assert.equal(once.pulls(), 1)
  const cached = setUp(fetched, works, "prefer-cached")
  assert.equal(await cached.get(), fetched)
})

test("a refusal of the registry is final at the first answer", async () => {
  const { get, pulls } = setUp(undefined, async () => {
    throw new DriverError("pull-denied", "pull access denied")
  })
  await assert.rejects(get(), (error) => error instanceof PullFailure && error.attempts === 1)
  assert.equal(pulls(), 1)
})

test("a shared pull ends when the last one who wants it gives up, and not before", async () => {
  let ended = false
  const { get, pulls } = setUp(
    undefined,
    (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => {
          ended = true
          reject(new DriverError("other", "ended"))
        })
      }),
  )
  const [one, two] = [new AbortController(), new AbortController()]
  const both = Promise.allSettled([get(one.signal), get(two.signal)])
  await clock.settle()
  one.abort()
  await clock.settle()
  assert.equal(ended, false)
  two.abort()
  await both
  assert.deepEqual([ended, pulls()], [true, 1])
})
