// The part of EC2's table about tags.
import { changing, describing, type Part } from "../operation.ts"
import { CreateTags, DeleteTags } from "./change-tags.ts"
import { DescribeTags } from "./describe-tags.ts"
import { resourceTypeOf } from "./taggable.ts"

const resources = (input: { readonly Resources?: readonly string[] | undefined }) =>
  (input.Resources ?? []).map((id) => `${resourceTypeOf(id) ?? "*"}/${id}`)

export const tagOperations = {
  CreateTags: changing("CreateTags", CreateTags, resources),
  DeleteTags: changing("DeleteTags", DeleteTags, resources),
  DescribeTags: describing("DescribeTags", DescribeTags),
} satisfies Part
