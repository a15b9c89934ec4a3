// The Docker client's door. `createDocker` is all that most need.
export { type Attachment, attachContainer } from "./attach.ts"
export { createDocker, type Docker, type DockerVersion } from "./client.ts"
export { DockerError, hasStatus } from "./error.ts"
export {
  copyImage,
  type ImageInspect,
  importImage,
  inspectImage,
  pullImage,
  registryAuthHeader,
  tagImage,
} from "./images.ts"
export { readLines, readProgress, readText } from "./read.ts"
export { type Query, type RequestOptions, withQuery } from "./transport.ts"
