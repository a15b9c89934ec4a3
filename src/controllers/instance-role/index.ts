// The role of the profile of an EC2 instance: keys of it for the instance, renewed in time, over with the instance.
export { instanceRoleController } from "./reconcile.ts"
