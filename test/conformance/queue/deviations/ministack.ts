import { ACCEPTS, answers, API, type Deviations, GUIDE, RECORDED } from "./index.ts";

const noAction = (name: string) => ({
  shows: new RegExp(`(The action ${name} is not valid|expected 'InvalidAction' to)`),
  does: `has no ${name}`,
  source: API(name),
});

const noMoveTask = noAction("StartMessageMoveTask");

/** MiniStack 1.5.33. */
export const MINISTACK_DEVIATIONS: Deviations = {
  "the trace header is a system attribute with an MD5 of its own": {
    shows: /expected undefined to be/,
    does: "takes the trace header without an MD5",
    source: API("SendMessage, MD5OfMessageSystemAttributes"),
  },
  "attributes can be asked for all at once, in three ways": {
    shows: /\*: expected \[\] to deeply equal/,
    does: "does not know the way `*`",
    source: RECORDED("test_receive_message_message_attribute_names_filters"),
  },
  "attribute names hold letters of any script, and none that AWS keeps for itself": {
    shows: ACCEPTS,
    does: "takes any name",
    source: RECORDED("test_send_message_with_invalid_string_attributes"),
  },
  "a character that XML cannot hold is refused in an attribute too": {
    shows: ACCEPTS,
    does: "takes it",
    source: RECORDED("test_invalid_string_attributes_cause_invalid_parameter_value_error"),
  },
  "the trace header of the request goes with the message": {
    shows: /to match object \{ Object \(AWSTraceHeader\) \}/,
    does: "drops it",
    source: RECORDED("test_aws_trace_header_propagation"),
  },
  "a standard queue carries a message group, which is not empty": {
    shows: ACCEPTS,
    does: "takes an empty one",
    source: RECORDED("test_send_message_to_standard_queue_with_invalid_message_group_id"),
  },
  "a handle of an earlier receive can give a message back too": {
    shows: /input receipt handle is invalid/,
    does: "answers ReceiptHandleIsInvalid",
    source: RECORDED("test_terminate_visibility_timeout_after_receive"),
  },
  "a message that comes back early is given again, and nothing behind one in flight": {
    shows: /expected \[\] to deeply equal \[ '1' \]/,
    does: "holds the whole group while one of it is in flight",
    source: RECORDED("test_fifo_group_visibility_extends_with_change_message_visibility"),
  },
  "true can be written True": {
    shows: /SqsManagedSseEnabled: 'False'/,
    does: "keeps the text as it was written",
    source: RECORDED("test_fifo_change_to_high_throughput_after_creation"),
  },
  "a standard queue does not become a FIFO queue": {
    shows: ACCEPTS,
    does: "takes the attribute",
    source: RECORDED("test_set_unsupported_attribute_standard"),
  },
  "what has nothing to tell is left out of an answer": {
    shows: /expected \[ \[ '\$metadata', 'Tags' \]/,
    does: "answers with empty lists and maps",
    source: RECORDED("test_tag_untag_queue"),
  },
  "an attribute of no known type is refused": {
    shows: ACCEPTS,
    does: "takes any type",
    source: GUIDE("Message attribute data types"),
  },
  "more than ten attributes are refused": {
    shows: ACCEPTS,
    does: "takes any number",
    source: GUIDE("Amazon SQS message metadata"),
  },
  "a wait of more than 20 seconds is refused": {
    shows: ACCEPTS,
    does: "takes any wait",
    source: RECORDED("test_send_receive_wait_time_seconds"),
  },
  "attributes count towards the limit of a message": {
    shows: ACCEPTS,
    does: "counts the body alone",
    source: GUIDE("Amazon SQS message quotas"),
  },
  "a timeout of more than 12 hours is refused": {
    shows: ACCEPTS,
    does: "takes any timeout",
    source: API("ChangeMessageVisibility"),
  },
  "a delay of more than 15 minutes is refused": { shows: ACCEPTS, does: "takes any delay", source: API("SendMessage") },
  "deleting twice succeeds": {
    shows: /input receipt handle is invalid/,
    does: "answers ReceiptHandleIsInvalid",
    source: RECORDED("test_delete_message_with_deleted_receipt_handle"),
  },
  "the timeout of a deleted message cannot be changed": {
    shows: answers("ReceiptHandleIsInvalid"),
    does: "answers ReceiptHandleIsInvalid",
    source: RECORDED("test_change_visibility_on_deleted_message_raises_invalid_parameter_value"),
  },
  "a handle of an expired receive deletes nothing and says so": {
    shows: answers("ReceiptHandleIsInvalid"),
    does: "answers ReceiptHandleIsInvalid",
    source: RECORDED("test_fifo_delete_after_visibility_timeout"),
  },
  "a purge forgets the deduplication ids": {
    shows: /expected \[\] to deeply equal \[ 'after' \]/,
    does: "remembers them",
    source: RECORDED("test_purge_queue_clears_fifo_deduplication_cache"),
  },
  "a receive that is tried again with its attempt id gives the same messages": {
    shows: /expected \[\] to deeply equal/,
    does: "does not know the attempt id",
    source: API("ReceiveMessage, ReceiveRequestAttemptId"),
  },
  "a dead-letter queue lists the queues it serves, by pages": noAction("ListDeadLetterSourceQueues"),
  "a queue without sources lists none": noAction("ListDeadLetterSourceQueues"),
  "every operation on a queue that is not there says so": {
    shows: /"ListDeadLetterSourceQueues":"InvalidAction"/,
    does: "has no ListDeadLetterSourceQueues",
    source: API("ListDeadLetterSourceQueues"),
  },
  "a redrive policy that names no queue is refused": {
    shows: answers("InvalidAttributeValue"),
    does: "answers InvalidAttributeValue",
    source: "AWS's answer in serverless/serverless#5215",
  },
  "a redrive policy that lacks a count, or a queue, is refused": {
    shows: answers("InvalidAttributeValue"),
    does: "answers InvalidAttributeValue",
    source: RECORDED("test_redrive_policy_attribute_validity"),
  },
  "a standard queue cannot be a FIFO queue's dead-letter queue": {
    shows: ACCEPTS,
    does: "takes it",
    source: API("SetQueueAttributes, RedrivePolicy"),
  },
  "a queue that allows no sources is refused as a dead-letter queue": {
    shows: ACCEPTS,
    does: "keeps the policy and does not heed it",
    source: API("SetQueueAttributes, RedriveAllowPolicy"),
  },
  "a move task brings dead letters back to where they came from, as new messages": noMoveTask,
  "a move task can go to another queue": noMoveTask,
  "a move task that is done is listed with its counts, and has no handle any more": noMoveTask,
  "a move task runs at the rate that is asked for, and can be cancelled": noMoveTask,
  "a queue has one active move task": noMoveTask,
  "a move task starts only from a dead-letter queue": noMoveTask,
  "a move task from a queue that is not there is refused": noMoveTask,
  "a task handle that is none cannot be cancelled": noAction("CancelMessageMoveTask"),
  "a name with other than letters, digits, hyphens and underscores is refused": {
    shows: ACCEPTS,
    does: "takes any name",
    source: API("CreateQueue, QueueName"),
  },
  "a standard queue's name cannot end with .fifo": {
    shows: ACCEPTS,
    does: "makes a queue of it",
    source: RECORDED("test_standard_queue_cannot_have_fifo_suffix"),
  },
  "a queue is encrypted unless it is told not to be": {
    shows: /to match object \{ SqsManagedSseEnabled/,
    does: "knows no SqsManagedSseEnabled",
    source: GUIDE("Configuring server-side encryption for a queue using SQS-managed encryption keys"),
  },
  "an attribute that does not exist cannot be set": {
    shows: ACCEPTS,
    does: "takes it",
    source: API("SetQueueAttributes, InvalidAttributeName"),
  },
  "an attribute that does not exist cannot be asked for": {
    shows: ACCEPTS,
    does: "answers without it",
    source: API("GetQueueAttributes, InvalidAttributeName"),
  },
  "a second purge within 60 seconds is refused": { shows: ACCEPTS, does: "purges again", source: API("PurgeQueue") },
  "a name is free again only 60 seconds after its queue was deleted": {
    shows: ACCEPTS,
    does: "makes it at once",
    source: API("DeleteQueue"),
  },
};
