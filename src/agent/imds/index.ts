// The instance metadata service of an EC2 instance (IMDS, versions 1 and 2).
export { type ImdsOptions, type ImdsServer, startImds } from "./server.ts"
