#pragma once

#include <temporal/common/duration.h>
#include <temporal/common/payload.h>
#include <temporal/common/priority.h>
#include <temporal/common/retry_policy.h>

#include <temporal/api/common/v1/message.pb.h>

#include <map>
#include <string>
#include <vector>

/// \file
/// Between the types of temporal/common/ and their messages. Not public: no header for users includes it. What makes
/// messages throws `EncodeError` for a string that is not UTF-8 and for a number that is not finite.

namespace temporal::converter {

using ProtoPayload = temporal::api::common::v1::Payload;
using ProtoPayloads = google::protobuf::RepeatedPtrField<ProtoPayload>;
using ProtoPayloadMap = google::protobuf::Map<std::string, ProtoPayload>;

Payload to_payload(const ProtoPayload& message);
std::vector<Payload> to_payloads(const ProtoPayloads& messages);
std::vector<Payload> to_payloads(const temporal::api::common::v1::Payloads& messages);
std::map<std::string, Payload> to_payload_map(const ProtoPayloadMap& messages);

ProtoPayload to_proto(Payload payload);
void set_payloads(ProtoPayloads& messages, std::vector<Payload> payloads);
void set_payloads(temporal::api::common::v1::Payloads& messages, std::vector<Payload> payloads);
void set_payload_map(ProtoPayloadMap& messages, std::map<std::string, Payload> payloads);

/// What does not fit into a `Duration` (292 years) or a `Timestamp` (1677 to 2262) becomes the nearest that does.
Duration to_duration(const well_known::Duration& message);
void set_duration(well_known::Duration& message, Duration duration);
Timestamp to_timestamp(const well_known::Timestamp& message);
void set_timestamp(well_known::Timestamp& message, Timestamp timestamp);

Priority to_priority(const temporal::api::common::v1::Priority& message);
temporal::api::common::v1::Priority to_proto(const Priority& priority);

RetryPolicy to_retry_policy(const temporal::api::common::v1::RetryPolicy& message);
temporal::api::common::v1::RetryPolicy to_proto(const RetryPolicy& policy);

}  // namespace temporal::converter
