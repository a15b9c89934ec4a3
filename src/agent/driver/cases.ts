// What every container driver does, as tests: run against simulated containers beside this file, and against Docker in
// test/live. A fixture says how a container of some behaviour is made; the cases say what the engine relies on.
import assert from "node:assert/strict"
import { test } from "node:test"
import { type ContainerDriver, type ContainerSpec, DriverError, type DriverEvent } from "../driver.ts"

/** How a driver is brought under test. */
export interface DriverFixture {
  readonly driver: ContainerDriver
  /** An image that is there, and one that nobody has. */
  readonly image: string
  readonly missingImage: string
  /** The labels of a network that exists, and an address in it. */
  readonly network: { readonly labels: Readonly<Record<string, string>>; readonly ip: string }
  /** The command and environment of a container that does this. */
  behaviour(kind: Behaviour): Readonly<Record<string, unknown>>
}

export type Behaviour =
  | "runs"
  | "exits 3"
  | "traps and exits 7"
  | "ignores the stop signal"
  | "becomes healthy"
  | "cannot start"

/** Registers the cases with node:test. */
export const driverCases = (kind: string, open: () => Promise<DriverFixture>): void => {
  let counter = 0
  const spec = (
    fixture: DriverFixture,
    behaviour: Behaviour,
    hostConfig: ContainerSpec["hostConfig"] = {},
  ): ContainerSpec => ({
    name: `case-${++counter}`,
    image: fixture.image,
    config: { Labels: { case: String(counter) }, ...fixture.behaviour(behaviour) },
    hostConfig,
  })
  const check = (name: string, run: (fixture: DriverFixture) => Promise<void>) =>
    test(`${kind}: ${name}`, async () => {
      const fixture = await open()
      try {
        await run(fixture)
      } finally {
        for (const state of await fixture.driver.list({ case: String(counter) })) await fixture.driver.remove(state.id)
        await fixture.driver.close()
      }
    })
  /** Resolves with the first event of this type about a container. */
  const next = (driver: ContainerDriver, type: DriverEvent["type"], id: () => string | undefined = () => undefined) =>
    new Promise<DriverEvent>((resolve) => {
      const cancel = driver.watch((event) => {
        const wanted = event.type === type && (event.type === "resync" || id() === undefined || event.id === id())
        if (!wanted) return
        cancel()
        resolve(event)
      })
    })

  check("a watch begins with resync", async ({ driver }) => {
    assert.deepEqual(await next(driver, "resync"), { type: "resync" })
  })

  check("a container is created, runs, and is found by its labels, id and name", async (fixture) => {
    const { driver } = fixture
    const made = spec(fixture, "runs")
    const id = await driver.create(made)
    assert.equal((await driver.inspect(id))?.status, "created")
    assert.equal((await driver.inspect(id))?.exitCode, undefined)
    await driver.start(id)
    const state = await driver.inspect(made.name)
    assert.deepEqual([state?.id, state?.name, state?.status, state?.exitCode], [id, made.name, "running", undefined])
    assert.ok((state?.startedAt ?? 0) >= (state?.createdAt ?? Number.POSITIVE_INFINITY))
    assert.deepEqual(
      (await driver.list(made.config.Labels as Record<string, string>)).map((one) => one.id),
      [id],
    )
    assert.deepEqual(await driver.list({ case: "none such" }), [])
  })

  check("a container gets another name while it runs", async (fixture) => {
    const { driver } = fixture
    const made = spec(fixture, "runs")
    const id = await driver.create(made)
    await driver.start(id)
    await driver.rename(id, `${made.name}-renamed`)
    assert.equal((await driver.inspect(`${made.name}-renamed`))?.id, id)
    assert.equal(await driver.inspect(made.name), undefined)
    assert.equal((await driver.inspect(id))?.status, "running")
  })

  check("a start of what runs, and a stop of what does not, do nothing", async (fixture) => {
    const { driver } = fixture
    const id = await driver.create(spec(fixture, "runs"))
    await driver.start(id)
    await driver.start(id)
    await driver.kill(id)
    await driver.stop(id, 1)
    await driver.kill(id)
    assert.equal((await driver.inspect(id))?.exitCode, 137)
  })

  check("an end is told with its exit code", async (fixture) => {
    const { driver } = fixture
    let id: string | undefined
    const died = next(driver, "die", () => id)
    id = await driver.create(spec(fixture, "exits 3"))
    await driver.start(id)
    const { at: _, ...event } = (await died) as DriverEvent & { type: "die" }
    assert.deepEqual(event, { type: "die", id, exitCode: 3 })
    const state = await driver.inspect(id)
    assert.deepEqual([state?.status, state?.exitCode, state?.oomKilled], ["exited", 3, false])
    // In which order is the engine's affair: Docker takes one time from the kernel's report and the other from its own clock.
    assert.deepEqual([typeof state?.startedAt, typeof state?.finishedAt], ["number", "number"])
  })

  check("a container that traps the stop signal chooses its exit code", async (fixture) => {
    const { driver } = fixture
    const id = await driver.create(spec(fixture, "traps and exits 7"))
    await driver.start(id)
    await driver.stop(id, 30)
    assert.equal((await driver.inspect(id))?.exitCode, 7)
  })

  check("a container that ignores the stop signal is killed when its time is over", async (fixture) => {
    const { driver } = fixture
    const id = await driver.create(spec(fixture, "ignores the stop signal"))
    await driver.start(id)
    await driver.stop(id, 1)
    assert.equal((await driver.inspect(id))?.exitCode, 137)
  })

  check("health is told when it changes", async (fixture) => {
    const { driver } = fixture
    let id: string | undefined
    const changed = next(driver, "health", () => id)
    id = await driver.create(spec(fixture, "becomes healthy"))
    await driver.start(id)
    await changed
    assert.equal((await driver.inspect(id))?.health?.status, "healthy")
  })

  check("a container that cannot be started says why and has not run", async (fixture) => {
    const { driver } = fixture
    const id = await driver.create(spec(fixture, "cannot start"))
    await assert.rejects(
      driver.start(id),
      (error) => error instanceof DriverError && error.code === "cannot-start" && error.message !== "",
    )
    const state = await driver.inspect(id)
    assert.deepEqual([state?.status, state?.startedAt], ["created", undefined])
  })

  check("a name is taken once", async (fixture) => {
    const { driver } = fixture
    const made = spec(fixture, "runs")
    await driver.create(made)
    await assert.rejects(driver.create(made), (error) => error instanceof DriverError && error.code === "conflict")
  })

  check("what is not there is not found, and removing it is no error", async ({ driver }) => {
    assert.equal(await driver.inspect("no-such-container"), undefined)
    await driver.remove("no-such-container")
    await driver.removeVolume("no-such-volume")
    await driver.removeGroup("no-such-group")
    await assert.rejects(
      driver.start("no-such-container"),
      (error) => error instanceof DriverError && error.code === "not-found",
    )
  })

  check("removing a container that runs tells that it died and is gone", async (fixture) => {
    const { driver } = fixture
    let id: string | undefined
    const gone = Promise.all([next(driver, "die", () => id), next(driver, "destroy", () => id)])
    id = await driver.create(spec(fixture, "runs"))
    await driver.start(id)
    await driver.remove(id)
    await gone
    assert.equal(await driver.inspect(id), undefined)
  })

  check("a volume is found with what it was made with, until it is removed", async ({ driver }) => {
    await driver.createVolume("case-volume", { labels: { a: "b" } })
    assert.deepEqual(await driver.volume("case-volume"), { driver: "local", driverOpts: {}, labels: { a: "b" } })
    await driver.removeVolume("case-volume")
    assert.equal(await driver.volume("case-volume"), undefined)
  })

  check("an image is there or not", async ({ driver, image, missingImage }) => {
    assert.match((await driver.image(image))?.id ?? "", /^sha256:/)
    assert.equal(await driver.image(missingImage), undefined)
  })

  check("a container has the address that it was given, and shares it with one that joins it", async (fixture) => {
    const { driver, network } = fixture
    const found = await driver.network(network.labels)
    assert.ok(found)
    const first = await driver.create({ ...spec(fixture, "runs"), network: { id: found.id, ip: network.ip } })
    try {
      const joining = await driver.create(spec(fixture, "runs", { NetworkMode: `container:${first}` }))
      await assert.rejects(driver.start(joining), /non running/)
      await driver.start(first)
      await driver.start(joining)
      assert.equal((await driver.inspect(first))?.addresses[found.id], network.ip)
    } finally {
      await driver.remove(first)
    }
  })

  check("stats are one document of Docker's shape", async (fixture) => {
    const { driver } = fixture
    const id = await driver.create(spec(fixture, "runs"))
    await driver.start(id)
    const stats = (await driver.stats(id)) as {
      cpu_stats?: { cpu_usage?: { total_usage?: number } }
      memory_stats?: { usage?: number }
    }
    assert.equal(typeof stats.cpu_stats?.cpu_usage?.total_usage, "number")
    assert.ok((stats.memory_stats?.usage ?? 0) > 0)
  })
}
