// CreateTags and DeleteTags, over everything in taggable.ts. All of a request happens or nothing does.
import type { Op } from "../../../gate/index.ts"
import { missingParameter } from "../refusals.ts"
import { readTags, withTags } from "./tag-lists.ts"
import { changeTags } from "./taggable.ts"

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html */
export const CreateTags: Op<"ec2", "CreateTags"> = (cx, input) => {
  const ids = input.Resources ?? []
  if (ids.length === 0) throw missingParameter("resourceIdSet")
  const added = readTags(input.Tags)
  if (added.length === 0) throw missingParameter("tagSet")
  for (const id of ids) changeTags(cx, id, (tags) => withTags(tags, added))
  return {}
}

/**
 * A tag with a value is removed where it has that value, one without where it has any, and a request without tags
 * removes all: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html
 */
export const DeleteTags: Op<"ec2", "DeleteTags"> = (cx, input) => {
  const ids = input.Resources ?? []
  if (ids.length === 0) throw missingParameter("resourceIdSet")
  const gone = input.Tags
  for (const id of ids) {
    changeTags(cx, id, (tags) =>
      gone === undefined
        ? []
        : tags.filter(
            ({ key, value }) =>
              !gone.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value)),
          ),
    )
  }
  return {}
}
