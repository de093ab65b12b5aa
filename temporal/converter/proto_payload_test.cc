#include <temporal/converter/proto_payload.h>

#include <temporal/common/client_errors.h>

#include <gtest/gtest.h>

#include <limits>

namespace temporal::converter {
namespace {

using namespace std::chrono_literals;

const Payload sample{.metadata = {{"encoding", "custom"}, {"more", "x"}}, .data = std::string("\0\xFF", 2)};

TEST(ProtoPayload, RoundTripsPayloads) {
  EXPECT_EQ(to_payload(to_proto(sample)), sample);

  temporal::api::common::v1::Payloads messages;
  set_payloads(messages, {sample, {}});
  EXPECT_EQ(to_payloads(messages), (std::vector<Payload>{sample, {}}));
  set_payloads(messages, {sample});
  EXPECT_EQ(messages.payloads_size(), 1) << "what was there before is replaced";

  temporal::api::common::v1::Memo memo;
  set_payload_map(*memo.mutable_fields(), {{"key", sample}});
  EXPECT_EQ(to_payload_map(memo.fields()), (std::map<std::string, Payload>{{"key", sample}}));
}

TEST(ProtoPayload, RefusesKeysThatNobodyCouldRead) {
  const Payload bad{.metadata = {{"M\xC3", "x"}}};
  temporal::api::common::v1::Payloads messages;
  temporal::api::common::v1::Memo memo;
  EXPECT_THROW(to_proto(bad), EncodeError);
  EXPECT_THROW(set_payloads(messages, {sample, bad}), EncodeError);
  EXPECT_THROW(set_payload_map(*memo.mutable_fields(), {{"M\xC3", sample}}), EncodeError);
  EXPECT_THROW(set_payload_map(*memo.mutable_fields(), {{"key", bad}}), EncodeError);
}

TEST(ProtoPayload, RoundTripsPriorities) {
  const Priority priority{.priority_key = 1, .fairness_key = "ann", .fairness_weight = 0.5};
  EXPECT_EQ(to_priority(to_proto(priority)), priority);
}

TEST(ProtoPayload, RoundTripsDurations) {
  for (const Duration duration : {Duration{0}, Duration{1500ms}, Duration{-1500ms}, Duration{1ns}, Duration{24h * 365},
                                  Duration::max(), Duration::min()}) {
    well_known::Duration message;
    set_duration(message, duration);
    EXPECT_EQ(to_duration(message), duration);
  }
}

TEST(ProtoPayload, CutsDurationsThatDoNotFit) {
  well_known::Duration message;
  message.set_seconds(315'576'000'000);
  EXPECT_EQ(to_duration(message), Duration::max());
  message.set_seconds(-315'576'000'000);
  EXPECT_EQ(to_duration(message), Duration::min());
  message.set_seconds(9'223'372'036);
  message.set_nanos(854'775'808);
  EXPECT_EQ(to_duration(message), Duration::max());
  message.set_nanos(5);
  EXPECT_EQ(to_duration(message), Duration{9'223'372'036s} + 5ns) << "cut no sooner than it must be";
}

TEST(ProtoPayload, CutsTimestampsThatDoNotFit) {
  well_known::Timestamp message;
  message.set_seconds(253'402'300'799);  // 9999-12-31
  EXPECT_EQ(to_timestamp(message), Timestamp::max());
  message.set_seconds(-62'135'596'800);  // 0001-01-01
  EXPECT_EQ(to_timestamp(message), Timestamp::min());
  message.set_seconds(std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(to_timestamp(message), Timestamp::min());
}

TEST(ProtoPayload, RoundTripsTimestamps) {
  for (const Timestamp timestamp :
       {Timestamp{1'700'000'000s + 5ns}, Timestamp{-5ns}, Timestamp{}, Timestamp::max(), Timestamp::min()}) {
    well_known::Timestamp message;
    set_timestamp(message, timestamp);
    EXPECT_GE(message.nanos(), 0);
    EXPECT_EQ(to_timestamp(message), timestamp);
  }
}

TEST(ProtoPayload, RoundTripsRetryPolicies) {
  const RetryPolicy policy{.initial_interval = 250ms,
                           .backoff_coefficient = 1.5,
                           .maximum_interval = 10s,
                           .maximum_attempts = 3,
                           .non_retryable_error_types = {"CardDeclined"}};
  EXPECT_EQ(to_retry_policy(to_proto(policy)), policy);
  EXPECT_FALSE(to_proto(RetryPolicy{}).has_maximum_interval());
}

}  // namespace
}  // namespace temporal::converter
