#include <temporal/codec/detail/coded.h>

#include <temporal/common/errors.h>
#include <temporal/common/sleep.h>
#include <temporal/converter/proto_payload.h>

#include <temporal/sdk/core/core_interface.pb.h>

#include <gmock/gmock.h>

#include <atomic>
#include <functional>

namespace temporal::codec::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

using Change = std::function<Task<std::vector<Payload>>(std::vector<Payload>)>;

/// Does both ways what it is told.
class Told final : public PayloadCodec {
 public:
  explicit Told(Change change) : change_(std::move(change)) {}
  Task<std::vector<Payload>> encode(const SerializationContext& context, std::vector<Payload> payloads) override {
    EXPECT_EQ(context.namespace_, "shop");
    return change_(std::move(payloads));
  }
  Task<std::vector<Payload>> decode(const SerializationContext&, std::vector<Payload> payloads) override {
    return change_(std::move(payloads));
  }

 private:
  Change change_;
};

std::string heartbeat() {
  coresdk::ActivityHeartbeat beat;
  beat.set_task_token("token");
  converter::set_payloads(*beat.mutable_details(), {{.data = "1"}, {.data = "2"}});
  return beat.SerializeAsString();
}

std::string details(const std::string& message) {
  coresdk::ActivityHeartbeat beat;
  EXPECT_TRUE(beat.ParseFromString(message));
  EXPECT_EQ(beat.task_token(), "token");
  std::string all;
  for (const auto& payload : beat.details()) all += payload.data() + ";";
  return all;
}

std::string encoded(const Change& change, Duration timeout = 10s) {
  const DataConverter converter{.codec = std::make_shared<Told>(change), .codec_timeout = timeout};
  return coded_now(converter, {.namespace_ = "shop"}, Direction::encode, "activity_heartbeat", heartbeat());
}

std::string refusal(const Change& change, Duration timeout = 10s) {
  try {
    encoded(change, timeout);
  } catch (const EncodeError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Coded, PayloadsAreChangedInTheirPlacesAndInOnePiece) {
  std::atomic<int> calls = 0;
  const auto changed = encoded([&](std::vector<Payload> payloads) -> Task<std::vector<Payload>> {
    ++calls;
    co_await sleep_for(1ms);
    for (auto& payload : payloads) payload.data += "!";
    co_return payloads;
  });
  EXPECT_EQ(details(changed), "1!;2!;");
  EXPECT_EQ(calls, 1);
}

TEST(Coded, WithoutACodecOrWithoutPayloadsAMessageIsLeftAlone) {
  EXPECT_EQ(coded_now({}, {}, Direction::encode, "activity_heartbeat", "no message"), "no message");
  const DataConverter converter{.codec = std::make_shared<Told>([](std::vector<Payload>) -> Task<std::vector<Payload>> {
                                  ADD_FAILURE() << "was called";
                                  co_return std::vector<Payload>{};
                                })};
  EXPECT_EQ(coded_now(converter, {}, Direction::encode, "activity_heartbeat", ""), "");
  EXPECT_EQ(coded_now(converter, {}, Direction::decode, "response/get_system_info", "as it is"), "as it is");
}

TEST(Coded, ACodecThatFailsIsNamedWithItsReason) {
  EXPECT_THAT(refusal([](std::vector<Payload>) -> Task<std::vector<Payload>> {
                throw std::runtime_error("the key store is away");
                co_return std::vector<Payload>{};
              }),
              HasSubstr("the payload codec failed to encode: std::runtime_error: the key store is away"));
  EXPECT_THAT(refusal([](std::vector<Payload>) -> Task<std::vector<Payload>> { throw std::runtime_error("early"); }),
              HasSubstr("failed to encode: std::runtime_error: early"))
      << "no coroutine";
  EXPECT_THAT(refusal([](std::vector<Payload>) -> Task<std::vector<Payload>> { co_return std::vector<Payload>{}; }),
              HasSubstr("it gave 0 payloads for"));
  EXPECT_THAT(refusal(
                  [](std::vector<Payload> payloads) -> Task<std::vector<Payload>> {
                    co_await sleep_for(1h);
                    co_return payloads;
                  },
                  20ms),
              HasSubstr("it did not end within 20 ms"));
}

TEST(Coded, AMessageThatDoesNotDecodeIsAnError) {
  const DataConverter converter{
      .codec = std::make_shared<Told>(
          [](std::vector<Payload> payloads) -> Task<std::vector<Payload>> { co_return payloads; })};
  EXPECT_ANY_THROW(coded_now(converter, {}, Direction::decode, "activity_task", "\xff\xff"));
}

}  // namespace
}  // namespace temporal::codec::detail
