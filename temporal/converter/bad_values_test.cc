#include <temporal/common/errors.h>
#include <temporal/converter/failure.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/converter/proto_payload.h>
#include <temporal/converter/search_attributes.h>

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

/// \file
/// Everything in this room that takes a string, a number or a time gets each that nobody thinks of. It may refuse the
/// value with a public error, or bring it back as it was; what leaves can be read by any peer.

namespace shop {
struct Note {
  std::string text = {};
  double weight = 0;
  int count = 0;
  bool operator==(const Note&) const = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Note, text, weight, count)
}  // namespace shop

namespace temporal::converter {
namespace {

const std::string large(3'000'000, 'x');

struct Text {
  std::string value;
  bool utf8;
};
const std::vector<Text> texts = {{"", true},
                                 {"null", true},
                                 {"\"", true},
                                 {"{}", true},
                                 {"M\xC3\xBC", true},
                                 {"\xF0\x9F\x98\x80", true},
                                 {std::string(3, '\0'), true},
                                 {"__temporal_x", true},
                                 {"\x01\x1F\x7F", true},
                                 {"\xEF\xBF\xBF", true},
                                 {large, true},
                                 {"M\xC3", false},
                                 {"\xFF", false},
                                 {"\xED\xA0\x80", false},
                                 {"\xC0\x80", false},
                                 {large + "\x80", false}};

const std::vector<double> numbers = {0.0,
                                     -0.0,
                                     -1.5,
                                     std::numeric_limits<double>::max(),
                                     std::numeric_limits<double>::lowest(),
                                     std::numeric_limits<double>::denorm_min(),
                                     std::numeric_limits<double>::infinity(),
                                     -std::numeric_limits<double>::infinity(),
                                     std::nan("")};

const std::vector<Duration> durations = {Duration{0}, Duration{1}, Duration{-1}, Duration::max(), Duration::min()};

enum class Outcome { same, refused };

/// What becomes of a value that goes there and back.
template <class T>
Outcome travels(const T& value) {
  try {
    const auto message = to_proto(to_payload(value));
    ProtoPayload arrived;
    EXPECT_TRUE(arrived.ParseFromString(message.SerializeAsString()));
    EXPECT_EQ(from_payload<T>(to_payload(arrived)), value);
    return Outcome::same;
  } catch (const EncodeError& error) {
    EXPECT_LT(error.message().size(), 1000U) << "it does not quote the value";
    return Outcome::refused;
  }
}

/// The same for what has a message of its own.
template <class Message>
Outcome leaves(const std::function<Message()>& make) {
  try {
    const auto message = make();
    EXPECT_TRUE(Message().ParseFromString(message.SerializeAsString()));
    return Outcome::same;
  } catch (const EncodeError& error) {
    EXPECT_LT(error.message().size(), 1000U);
    return Outcome::refused;
  }
}

TEST(BadValues, OfTextComeBackOrAreRefused) {
  for (const auto& [text, utf8] : texts) {
    SCOPED_TRACE(text.substr(0, 20));
    const auto expected = utf8 ? Outcome::same : Outcome::refused;
    EXPECT_EQ(travels(text), expected);
    EXPECT_EQ(travels(std::optional{text}), expected);
    EXPECT_EQ(travels(std::vector{text}), expected);
    EXPECT_EQ(travels(std::map<std::string, int>{{text, 1}}), expected);
    EXPECT_EQ(travels(std::tuple{1, text}), expected);
    EXPECT_EQ(travels(shop::Note{.text = text}), expected);
    EXPECT_EQ(travels(nlohmann::json{{"a", {text}}}), expected);
    EXPECT_EQ(travels(RawValue{{.metadata = {{text, text}}, .data = text}}), expected);
    EXPECT_EQ(travels(RawValue{{.metadata = {{"encoding", text}}, .data = text}}), Outcome::same) << "these are bytes";

    const auto* const begin = reinterpret_cast<const std::byte*>(text.data());
    EXPECT_EQ(travels(std::vector<std::byte>(begin, begin + text.size())), Outcome::same);
  }
}

TEST(BadValues, OfTextInMessagesLeaveAsTheyAreOrAreRefused) {
  namespace common = temporal::api::common::v1;
  for (const auto& [text, utf8] : texts) {
    SCOPED_TRACE(text.substr(0, 20));
    const auto expected = utf8 ? Outcome::same : Outcome::refused;
    const KeywordSearchAttribute named{text};
    const KeywordSearchAttribute keyword{"a"};
    const KeywordListSearchAttribute list{"b"};
    const TextSearchAttribute words{"c"};
    for (const auto& update :
         {named.set("x"), named.unset(), keyword.set(text), list.set({"x", text}), words.set(text)}) {
      EXPECT_EQ(leaves<common::SearchAttributes>([&] { return to_proto(std::vector{update}); }), expected);
    }
    EXPECT_EQ(leaves<common::SearchAttributes>([&] { return to_proto(SearchAttributes{keyword.set(text)}); }),
              expected);
    EXPECT_EQ(leaves<common::RetryPolicy>([&] { return to_proto(RetryPolicy{.non_retryable_error_types = {text}}); }),
              expected);
    EXPECT_EQ(leaves<common::Priority>([&] { return to_proto(Priority{.fairness_key = text}); }), expected);
    EXPECT_EQ(leaves<common::Memo>([&] {
                common::Memo memo;
                set_payload_map(*memo.mutable_fields(), {{text, null_payload()}});
                return memo;
              }),
              expected);
  }
}

TEST(BadValues, OfTextInFailuresAlwaysLeave) {
  using temporal::api::failure::v1::Failure;
  for (const auto& [text, utf8] : texts) {
    SCOPED_TRACE(text.substr(0, 20));
    const auto cause = std::make_exception_ptr(std::runtime_error(text));
    for (const auto& error :
         {std::make_exception_ptr(
              ApplicationError(text, {.type = text, .details = {{.data = text}}, .cause = cause, .stack_trace = text})),
          std::make_exception_ptr(ActivityError(text, {.activity_type = text}, cause)), std::make_exception_ptr(text),
          std::make_exception_ptr(EncodeError(text, cause))}) {
      const auto failure = to_failure(error);
      Failure arrived;
      EXPECT_TRUE(arrived.ParseFromString(failure.SerializeAsString()));
      EXPECT_LT(failure.ByteSizeLong(), 1'500'000U);
      EXPECT_NE(describe(from_failure(arrived)), "");
      if (utf8 && text.size() < large.size()) EXPECT_EQ(arrived.message(), text);
    }
  }
}

TEST(BadValues, OfTextThatIsReadAreRefusedOrRead) {
  for (const auto& [text, utf8] : texts) {
    SCOPED_TRACE(text.substr(0, 20));
    for (const auto* encoding :
         {"json/plain", "json/protobuf", "binary/plain", "binary/protobuf", "binary/null", "", "x"}) {
      const Payload payload{.metadata = {{"encoding", encoding}}, .data = text};
      const auto read = [&]<class T>(std::type_identity<T>) {
        try {
          (void)from_payload<T>(payload);
        } catch (const DecodeError& error) {
          EXPECT_LT(error.message().size(), 1000U) << "it does not quote the payload";
        }
      };
      read(std::type_identity<std::string>{});
      read(std::type_identity<int>{});
      read(std::type_identity<std::vector<double>>{});
      read(std::type_identity<shop::Note>{});
      read(std::type_identity<nlohmann::json>{});
      read(std::type_identity<std::vector<std::byte>>{});
      read(std::type_identity<std::monostate>{});
      EXPECT_EQ(from_payload<RawValue>(payload).payload, payload);

      temporal::api::common::v1::SearchAttributes attributes;
      auto& field = (*attributes.mutable_indexed_fields())["a"];
      field = to_proto(payload);
      for (const auto* type : {"Bool", "Datetime", "Double", "Int", "Keyword", "KeywordList", "Text", "x"}) {
        (*field.mutable_metadata())["type"] = type;
        (void)to_search_attributes(attributes);
      }
    }
  }
}

TEST(BadValues, OfNumbersComeBackOrAreRefused) {
  namespace common = temporal::api::common::v1;
  for (const double number : numbers) {
    SCOPED_TRACE(number);
    const auto expected = std::isfinite(number) ? Outcome::same : Outcome::refused;
    EXPECT_EQ(travels(number), expected);
    EXPECT_EQ(travels(std::optional{number}), expected);
    EXPECT_EQ(travels(std::vector{1.0, number}), expected);
    EXPECT_EQ(travels(std::map<std::string, double>{{"a", number}}), expected);
    EXPECT_EQ(travels(std::tuple{1, number}), expected);
    EXPECT_EQ(travels(shop::Note{.weight = number}), expected);
    EXPECT_EQ(leaves<common::SearchAttributes>(
                  [&] { return to_proto(SearchAttributes{DoubleSearchAttribute{"a"}.set(number)}); }),
              expected);
    EXPECT_EQ(leaves<common::RetryPolicy>([&] { return to_proto(RetryPolicy{.backoff_coefficient = number}); }),
              expected);
  }
  for (const auto number : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(travels(number), Outcome::same);
    EXPECT_EQ(travels(std::vector{number}), Outcome::same);
    const SearchAttributes attributes{IntSearchAttribute{"a"}.set(number)};
    EXPECT_EQ(to_search_attributes(to_proto(attributes)), attributes);
  }
  EXPECT_EQ(travels(std::numeric_limits<std::uint64_t>::max()), Outcome::same);
  EXPECT_EQ(travels(std::numeric_limits<float>::max()), Outcome::same);
  EXPECT_EQ(travels(shop::Note{.count = std::numeric_limits<int>::min()}), Outcome::same);
  EXPECT_THROW(to_proto(Priority{.fairness_weight = std::numeric_limits<float>::infinity()}), EncodeError);
}

TEST(BadValues, OfTimesComeBack) {
  for (const auto duration : durations) {
    SCOPED_TRACE(duration.count());
    well_known::Duration message;
    set_duration(message, duration);
    EXPECT_EQ(to_duration(message), duration);
    well_known::Timestamp at;
    set_timestamp(at, Timestamp{duration});
    EXPECT_EQ(to_timestamp(at), Timestamp{duration});
    const SearchAttributes attributes{DatetimeSearchAttribute{"a"}.set(Timestamp{duration})};
    EXPECT_EQ(to_search_attributes(to_proto(attributes)), attributes);
    const RetryPolicy policy{.initial_interval = duration, .maximum_interval = duration};
    EXPECT_EQ(to_retry_policy(to_proto(policy)), policy);
    const auto error = to_failure(std::make_exception_ptr(ApplicationError("m", {.next_retry_delay = duration})));
    EXPECT_EQ(to_duration(error.application_failure_info().next_retry_delay()), duration);
  }
}

}  // namespace
}  // namespace temporal::converter
