// Images made from this machine.
export { type BusyboxImage, busyboxImage, type NodeImage, nodeImage } from "./built-images.ts"
export { ensureImages, pauseImage } from "./pause-image.ts"
