import { ACCEPTS, answers, API, type Deviations, GUIDE, RECORDED } from "./index.ts";

/** ElasticMQ names most errors of its own checks so. */
const invalidAttributeValue = (source: string) => ({
  shows: answers("InvalidAttributeValue"),
  does: "answers InvalidAttributeValue",
  source,
});

const invalidAttributeName = (source: string) => ({
  shows: answers("InvalidAttributeName"),
  does: "answers InvalidAttributeName",
  source,
});

const accepts = (does: string, source: string) => ({ shows: ACCEPTS, does, source });

/** ElasticMQ 1.6.14. */
export const ELASTICMQ_DEVIATIONS: Deviations = {
  "attributes can be asked for by name and by prefix, and their MD5 is of those": {
    shows: /expected \[ 'text' \] to deeply equal/,
    does: "knows no prefixes",
    source: API("ReceiveMessage, MessageAttributeNames"),
  },
  "attributes can be asked for all at once, in three ways": {
    shows: /\*: expected \[\] to deeply equal/,
    does: "does not know the way `*`",
    source: RECORDED("test_receive_message_message_attribute_names_filters"),
  },
  "attribute names hold letters of any script, and none that AWS keeps for itself": accepts(
    "takes any name",
    RECORDED("test_send_message_with_invalid_string_attributes"),
  ),
  "a character that XML cannot hold is refused in an attribute too": invalidAttributeValue(
    RECORDED("test_invalid_string_attributes_cause_invalid_parameter_value_error"),
  ),
  "a handle of an earlier receive can give a message back too": {
    shows: /The receipt handle .* is not valid/,
    does: "answers ReceiptHandleIsInvalid",
    source: RECORDED("test_terminate_visibility_timeout_after_receive"),
  },
  "true can be written True": {
    shows: /expected \{\} to deeply equal/,
    does: "knows no SqsManagedSseEnabled",
    source: RECORDED("test_fifo_change_to_high_throughput_after_creation"),
  },
  "a standard queue does not become a FIFO queue": accepts(
    "takes the attribute",
    RECORDED("test_set_unsupported_attribute_standard"),
  ),
  "what has nothing to tell is left out of an answer": {
    shows: /expected \[ \[ '\$metadata', 'Tags' \]/,
    does: "answers with empty maps",
    source: RECORDED("test_tag_untag_queue"),
  },
  "more than ten attributes are refused": invalidAttributeValue(GUIDE("Amazon SQS message metadata")),
  "the trace header is a system attribute with an MD5 of its own": {
    shows: /expected undefined to be/,
    does: "takes the trace header without an MD5",
    source: API("SendMessage, MD5OfMessageSystemAttributes"),
  },
  "a receive of more than ten, or of none, is refused": invalidAttributeValue(
    RECORDED("test_send_receive_max_number_of_messages"),
  ),
  "a wait of more than 20 seconds is refused": invalidAttributeValue(RECORDED("test_send_receive_wait_time_seconds")),
  "an empty body is refused": invalidAttributeValue(RECORDED("test_send_empty_message")),
  "a body with a character that XML cannot hold is refused": invalidAttributeValue(
    API("SendMessage, InvalidMessageContents"),
  ),
  "a message of 1 MiB is taken, one of a byte more is refused": {
    shows: /MessageTooLong/,
    does: "stops at 256 KiB, AWS's limit before August 2025",
    source: RECORDED("test_send_oversized_message"),
  },
  "the queue's own limit of a message is kept": accepts(
    "knows no MaximumMessageSize",
    RECORDED("test_send_message_with_updated_maximum_message_size"),
  ),
  "attributes count towards the limit of a message": accepts(
    "knows no MaximumMessageSize",
    GUIDE("Amazon SQS message quotas"),
  ),
  "deleting twice succeeds": {
    shows: /The receipt handle .* is not valid/,
    does: "answers ReceiptHandleIsInvalid",
    source: RECORDED("test_delete_message_with_deleted_receipt_handle"),
  },
  "the timeout of a deleted message cannot be changed": {
    shows: answers("ReceiptHandleIsInvalid"),
    does: "answers ReceiptHandleIsInvalid",
    source: RECORDED("test_change_visibility_on_deleted_message_raises_invalid_parameter_value"),
  },
  "a timeout of more than 12 hours is refused": accepts("takes any timeout", API("ChangeMessageVisibility")),
  "an entry that fails does not hold up the others": {
    shows: /expected \[ \{ Id: 'bad'/,
    does: "answers InvalidAttributeValue for the entry",
    source: RECORDED("test_batch_send_with_invalid_char_should_succeed"),
  },
  "a batch of none is refused": accepts("answers with nothing sent", API("SendMessageBatch, EmptyBatchRequest")),
  "a batch with an id of forbidden characters is refused": accepts("takes any id", RECORDED("test_invalid_batch_id")),
  "a batch longer than 1 MiB in all is refused": invalidAttributeValue(
    RECORDED("test_send_message_batch_with_oversized_contents"),
  ),
  "a handle of an expired receive deletes nothing and says so": {
    shows: answers("ReceiptHandleIsInvalid"),
    does: "answers ReceiptHandleIsInvalid",
    source: RECORDED("test_fifo_delete_after_visibility_timeout"),
  },
  "a dead-letter queue lists the queues it serves, by pages": {
    shows: /to have a length of 1 but got 2/,
    does: "gives all at once",
    source: API("ListDeadLetterSourceQueues, MaxResults"),
  },
  "a redrive policy that names no queue is refused": {
    shows: answers("QueueDoesNotExist"),
    does: "answers QueueDoesNotExist",
    source: "AWS's answer in serverless/serverless#5215",
  },
  "a redrive policy that lacks a count, or a queue, is refused": invalidAttributeValue(
    RECORDED("test_redrive_policy_attribute_validity"),
  ),
  "an empty redrive policy takes it away": {
    shows: /value for RedrivePolicy is invalid/,
    does: "refuses the empty text",
    source: RECORDED("test_set_empty_redrive_policy"),
  },
  "a standard queue cannot be a FIFO queue's dead-letter queue": accepts(
    "takes it",
    API("SetQueueAttributes, RedrivePolicy"),
  ),
  "a queue that allows no sources is refused as a dead-letter queue": accepts(
    "does not heed the policy",
    API("SetQueueAttributes, RedriveAllowPolicy"),
  ),
  "a move task brings dead letters back to where they came from, as new messages": {
    shows: /to not include/,
    does: "keeps the messages' ids",
    source: GUIDE("Configuring a dead-letter queue redrive"),
  },
  "a move task that is done is listed with its counts, and has no handle any more": {
    shows: /to not have property "TaskHandle"/,
    does: "lists the handle still",
    source: API("ListMessageMoveTasks, TaskHandle"),
  },
  "a move task runs at the rate that is asked for, and can be cancelled": {
    shows: /expected undefined to be 'CANCELLED'/,
    does: "forgets a cancelled task",
    source: API("ListMessageMoveTasks, Status"),
  },
  "a queue has one active move task": {
    shows: answers("UnsupportedOperation"),
    does: "answers UnsupportedOperation",
    source: RECORDED("test_start_multiple_move_tasks"),
  },
  "a move task starts only from a dead-letter queue": {
    shows: /is not valid JSON/,
    does: "ends with an internal error",
    source: RECORDED("test_source_needs_redrive_policy"),
  },
  "a move task from a queue that is not there is refused": {
    shows: answers("QueueDoesNotExist"),
    does: "answers QueueDoesNotExist",
    source: API("StartMessageMoveTask, ResourceNotFoundException"),
  },
  "a task handle that is none cannot be cancelled": {
    shows: answers("ResourceNotFound"),
    does: "answers ResourceNotFoundException",
    source: RECORDED("test_cancel_with_invalid_task_handle"),
  },
  "every operation on a queue that is not there says so": {
    shows: /"ListDeadLetterSourceQueues":"Error: It was not refused/,
    does: "answers ListDeadLetterSourceQueues with none",
    source: API("ListDeadLetterSourceQueues, QueueDoesNotExist"),
  },
  "errors carry the code of the older protocol too": {
    shows: /to match object \{ Object \(Code\) \}/,
    does: "sends no x-amzn-query-error",
    source: RECORDED("test_non_existent_queue"),
  },
  "a name with other than letters, digits, hyphens and underscores is refused": invalidAttributeName(
    API("CreateQueue, QueueName"),
  ),
  "a FIFO queue's name must end with .fifo": invalidAttributeName(RECORDED("test_fifo_queue_requires_suffix")),
  "a standard queue's name cannot end with .fifo": invalidAttributeName(
    RECORDED("test_standard_queue_cannot_have_fifo_suffix"),
  ),
  "a queue has the documented retention and message size": {
    shows: /to match object/,
    does: "knows neither attribute",
    source: API("CreateQueue, Attributes"),
  },
  "a queue is encrypted unless it is told not to be": {
    shows: /to match object \{ SqsManagedSseEnabled/,
    does: "knows no SqsManagedSseEnabled",
    source: GUIDE("Configuring server-side encryption for a queue using SQS-managed encryption keys"),
  },
  "the retention period is set": {
    shows: /expected \{\} to deeply equal/,
    does: "knows no MessageRetentionPeriod: messages stay for ever",
    source: API("SetQueueAttributes, MessageRetentionPeriod"),
  },
  "a value out of its range is refused": accepts("takes any value", API("SetQueueAttributes, InvalidAttributeValue")),
  "an attribute that does not exist cannot be asked for": accepts(
    "answers without it",
    API("GetQueueAttributes, InvalidAttributeName"),
  ),
  "a second purge within 60 seconds is refused": accepts("purges again", API("PurgeQueue")),
  "a name is free again only 60 seconds after its queue was deleted": accepts("makes it at once", API("DeleteQueue")),
  "queues are listed by pages": {
    shows: /to have a length of 2 but got 3/,
    does: "gives all at once",
    source: API("ListQueues, MaxResults"),
  },
  "permissions become a policy, and are taken away by their label": {
    shows: /expected \{\} to match object/,
    does: "answers AddPermission and keeps nothing",
    source: API("AddPermission"),
  },
};
