#include <temporal/converter/proto_payload.h>

#include <temporal/common/client_errors.h>
#include <temporal/common/utf8.h>
#include <temporal/converter/detail/encoding.h>
#include <temporal/converter/detail/seconds.h>

#include <cmath>
#include <utility>

namespace temporal::converter {
namespace {

void check_utf8(const std::string& text, const char* what) {
  if (!temporal::detail::is_valid_utf8(text)) throw EncodeError(std::string{what} + " is not UTF-8");
}

void check_finite(double number, const char* what) {
  if (!std::isfinite(number)) throw EncodeError(std::string{what} + " is NaN or infinite");
}

}  // namespace

Payload to_payload(const ProtoPayload& message) {
  return {.metadata = {message.metadata().begin(), message.metadata().end()}, .data = message.data()};
}

std::vector<Payload> to_payloads(const ProtoPayloads& messages) {
  std::vector<Payload> payloads;
  payloads.reserve(static_cast<std::size_t>(messages.size()));
  for (const auto& message : messages) payloads.push_back(to_payload(message));
  return payloads;
}

std::vector<Payload> to_payloads(const temporal::api::common::v1::Payloads& messages) {
  return to_payloads(messages.payloads());
}

std::map<std::string, Payload> to_payload_map(const ProtoPayloadMap& messages) {
  std::map<std::string, Payload> payloads;
  for (const auto& [key, message] : messages) payloads.emplace(key, to_payload(message));
  return payloads;
}

ProtoPayload to_proto(Payload payload) {
  detail::check_keys(payload);
  ProtoPayload message;
  message.set_data(std::move(payload.data));
  auto& metadata = *message.mutable_metadata();
  for (auto& [key, value] : payload.metadata) metadata[key] = std::move(value);
  return message;
}

void set_payloads(ProtoPayloads& messages, std::vector<Payload> payloads) {
  messages.Clear();
  messages.Reserve(static_cast<int>(payloads.size()));
  for (auto& payload : payloads) *messages.Add() = to_proto(std::move(payload));
}

void set_payloads(temporal::api::common::v1::Payloads& messages, std::vector<Payload> payloads) {
  set_payloads(*messages.mutable_payloads(), std::move(payloads));
}

void set_payload_map(ProtoPayloadMap& messages, std::map<std::string, Payload> payloads) {
  messages.clear();
  for (auto& [key, payload] : payloads) {
    check_utf8(key, "the name of a memo's field or of a header");
    messages[key] = to_proto(std::move(payload));
  }
}

Duration to_duration(const well_known::Duration& message) {
  return detail::nearest(message.seconds(), message.nanos());
}

void set_duration(well_known::Duration& message, Duration duration) {
  constexpr std::chrono::seconds second{1};
  message.set_seconds(duration / second);  // both parts have the same sign, as the message wants it
  message.set_nanos(static_cast<std::int32_t>((duration % second).count()));
}

Timestamp to_timestamp(const well_known::Timestamp& message) {
  return Timestamp{detail::nearest(message.seconds(), message.nanos())};
}

void set_timestamp(well_known::Timestamp& message, Timestamp timestamp) {
  const auto [seconds, nanos] = detail::split(timestamp.time_since_epoch());  // nanos are never negative
  message.set_seconds(seconds.count());
  message.set_nanos(static_cast<std::int32_t>(nanos.count()));
}

Priority to_priority(const temporal::api::common::v1::Priority& message) {
  return {.priority_key = message.priority_key(),
          .fairness_key = message.fairness_key(),
          .fairness_weight = message.fairness_weight()};
}

temporal::api::common::v1::Priority to_proto(const Priority& priority) {
  temporal::api::common::v1::Priority message;
  message.set_priority_key(priority.priority_key);
  check_utf8(priority.fairness_key, "the fairness key of a priority");
  check_finite(priority.fairness_weight, "the fairness weight of a priority");
  message.set_fairness_key(priority.fairness_key);
  message.set_fairness_weight(priority.fairness_weight);
  return message;
}

RetryPolicy to_retry_policy(const temporal::api::common::v1::RetryPolicy& message) {
  RetryPolicy policy{
      .backoff_coefficient = message.backoff_coefficient(),
      .maximum_attempts = message.maximum_attempts(),
      .non_retryable_error_types = {message.non_retryable_error_types().begin(),
                                    message.non_retryable_error_types().end()},
  };
  if (message.has_initial_interval()) policy.initial_interval = to_duration(message.initial_interval());
  if (message.has_maximum_interval()) policy.maximum_interval = to_duration(message.maximum_interval());
  return policy;
}

temporal::api::common::v1::RetryPolicy to_proto(const RetryPolicy& policy) {
  temporal::api::common::v1::RetryPolicy message;
  check_finite(policy.backoff_coefficient, "the backoff coefficient of a retry policy");
  set_duration(*message.mutable_initial_interval(), policy.initial_interval);
  message.set_backoff_coefficient(policy.backoff_coefficient);
  if (policy.maximum_interval) set_duration(*message.mutable_maximum_interval(), *policy.maximum_interval);
  message.set_maximum_attempts(policy.maximum_attempts);
  for (const auto& type : policy.non_retryable_error_types) {
    check_utf8(type, "an error type of a retry policy");
    message.add_non_retryable_error_types(type);
  }
  return message;
}

}  // namespace temporal::converter
