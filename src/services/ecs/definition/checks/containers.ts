// The list of containers itself: names, images, how many, and that one is essential.
import { clientException } from "../../faults.ts"
import { type Check, containersOf, isEssential } from "../definition.ts"

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html */
const mostContainers = 10
const nameForm = /^[a-zA-Z0-9\-_]{1,255}$/
/** 64 KiB for the whole definition (quota "Task definition size limit"). */
const mostBytes = 64 * 1024

export const checkFamily: Check = ({ family }) => {
  if (!family) throw clientException("Family should not be null or empty.") // text from memory
  if (family.length > 255) throw clientException("Family exceeds 255 characters.") // text from memory
  if (!nameForm.test(family)) throw clientException("Family contains invalid characters.")
}

export const checkContainers: Check = (definition) => {
  const containers = containersOf(definition)
  if (containers.length === 0) throw clientException("Container list cannot be empty.")
  if (containers.length > mostContainers) throw clientException("Too many containers.")
  const names = new Set<string>()
  for (const { name, image } of containers) {
    if (!name) throw clientException("Container.name should not be null or empty.")
    if (!nameForm.test(name)) throw clientException("Container.name contains invalid characters.") // text from memory
    if (!image) throw clientException("Container.image should not be null or empty.")
    if (/\s/.test(image) || image.length > 255) {
      throw clientException("Container.image contains invalid characters.") // text from memory
    }
    if (names.has(name)) throw clientException("Container names must be unique within a task definition.")
    names.add(name)
  }
  if (!containers.some(isEssential)) throw clientException("Task definition doesn't have any essential container.")
}

export const checkLength: Check = (definition) => {
  const length = Buffer.byteLength(JSON.stringify(definition))
  if (length > mostBytes) {
    // [field] public logs of deployments, e.g. "Actual length: '74049'. Max allowed length is '65536' bytes."
    throw clientException(`Actual length: '${length}'. Max allowed length is '${mostBytes}' bytes.`)
  }
}
