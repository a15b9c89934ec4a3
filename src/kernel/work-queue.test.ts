// A queue hands out each key once, in order, and again what was added while it ran.
import assert from "node:assert/strict"
import { test } from "node:test"
import { WorkQueue } from "./work-queue.ts"

const takeAll = (queue: WorkQueue<string>): string[] => {
  const taken: string[] = []
  for (let key = queue.take(); key !== undefined; key = queue.take()) {
    taken.push(key)
    queue.done(key)
  }
  return taken
}

test("keys come out once, in the order in which they were added, also after the queue was empty", () => {
  const queue = new WorkQueue<string>()
  for (const key of ["c", "a", "c", "b"]) queue.add(key)
  assert.deepEqual(takeAll(queue), ["c", "a", "b"])
  assert.equal(queue.take(), undefined)
  for (const key of ["b", "c"]) queue.add(key)
  assert.deepEqual(takeAll(queue), ["b", "c"])
  assert.ok(queue.idle)
})

test("a key that is added while it runs is taken again, behind those that wait", () => {
  const queue = new WorkQueue<string>()
  queue.add("a")
  queue.add("b")
  const running = queue.take()
  queue.add("a")
  queue.add("c")
  assert.equal(queue.size, 2)
  if (running) queue.done(running)
  assert.deepEqual(takeAll(queue), ["b", "c", "a"])
})

test("a key that was taken and added again is found behind the others, however many were taken before", () => {
  const queue = new WorkQueue<string>()
  const keys = Array.from({ length: 5000 }, (_, i) => String(i))
  for (const key of keys) queue.add(key)
  for (let i = 0; i < 2500; i++) {
    const key = queue.take() ?? ""
    queue.done(key)
    if (i % 2 === 0) queue.add(key)
  }
  const again = keys.slice(0, 2500).filter((_, i) => i % 2 === 0)
  assert.deepEqual(takeAll(queue), [...keys.slice(2500), ...again])
})
