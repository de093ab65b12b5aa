// Payloads that the server cannot read: with a codec between, all goes as without one.
#include "server_fixture.h"

#include <temporal/activity/activity.h>
#include <temporal/codec/encryption_codec.h>
#include <temporal/common/errors.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using temporal::tests::RunningWorker;
using temporal::tests::ServerTest;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

const std::string secret = "s3cret";

std::string shout(const std::string& text) { return text + "!"; }

/// Fails once, and tells its next attempt of it.
std::string remember(const std::string& text) {
  const auto said = activity::info().attempt == 1 ? std::nullopt : activity::heartbeat_details<std::string>();
  if (said) return *said + " again";
  activity::heartbeat(text + " said");
  throw ApplicationError{"not yet", {.details = converter::to_payloads(text)}};
}

void decline(const std::string& text) {
  throw ApplicationError{"no", {.type = "No", .details = converter::to_payloads(text), .non_retryable = true}};
}

std::string details_of(const std::exception_ptr& cause) {
  try {
    std::rethrow_exception(cause);
  } catch (const ApplicationError& error) {
    return converter::from_payload<std::string>(error.details().at(0));
  }
}

workflow::Task<std::string> child(std::string text) { co_return text + " of a child"; }

const workflow::ActivityOptions patient{
    .start_to_close_timeout = 30s, .heartbeat_timeout = 10s, .retry_policy = RetryPolicy{.initial_interval = 1ms}};

/// Its first run takes a note and begins anew.
class Conversation {
 public:
  workflow::Task<std::vector<std::string>> run(std::string text) {
    co_await workflow::wait_condition([this] { return !heard_.empty(); });
    if (!text.ends_with(" once more")) {
      workflow::upsert_memo({{"note", converter::to_payload(text)}});
      workflow::continue_as_new<&Conversation::run>({}, text + " once more");
    }
    std::vector<std::string> said{heard_};
    said.push_back(co_await workflow::execute_activity<shout>({.start_to_close_timeout = 30s}, text));
    said.push_back(co_await workflow::execute_local_activity<shout>({.start_to_close_timeout = 30s}, text));
    said.push_back(co_await workflow::execute_activity<remember>(
        {.start_to_close_timeout = 30s, .heartbeat_timeout = 10s, .retry_policy = RetryPolicy{.initial_interval = 1ms}},
        text));
    said.push_back(co_await workflow::execute_child_workflow<child>({}, text));
    try {
      co_await workflow::execute_activity<decline>(patient, text);
    } catch (const ActivityError& error) {
      said.push_back("declined " + details_of(error.cause()));
    }
    co_return said;
  }
  void say(std::string text) { heard_ = std::move(text); }
  std::string heard() const { return heard_; }
  std::string swap(std::string text) { return std::exchange(heard_, std::move(text)) + " before"; }

 private:
  std::string heard_;
};

workflow::Definition conversation() {
  return workflow::definition<Conversation>()
      .run<&Conversation::run>()
      .signal<&Conversation::say>()
      .query<&Conversation::heard>()
      .update<&Conversation::swap>();
}

worker::WorkerOptions options(const std::string& task_queue) {
  worker::WorkerOptions options{.task_queue = task_queue};
  options.add_workflow(conversation());
  options.add_workflow<child>();
  options.add_activity<shout>();
  options.add_activity<remember>();
  options.add_activity<decline>();
  return options;
}

std::shared_ptr<codec::PayloadCodec> encryption() {
  return std::make_shared<codec::EncryptionCodec>("key-1",
                                                  std::map<std::string, std::string>{{"key-1", std::string(32, 'k')}});
}

/// Fails once, at the call that it is told, and is otherwise as `encryption`.
class Failing final : public codec::PayloadCodec {
 public:
  Task<std::vector<Payload>> encode(const codec::SerializationContext& context,
                                    std::vector<Payload> payloads) override {
    if (--calls_to_failing_encode == 0) fail();
    return codec_->encode(context, std::move(payloads));
  }
  Task<std::vector<Payload>> decode(const codec::SerializationContext& context,
                                    std::vector<Payload> payloads) override {
    if (--calls_to_failing_decode == 0) fail();
    return codec_->decode(context, std::move(payloads));
  }

  std::atomic<int> calls_to_failing_encode = 0;
  std::atomic<int> calls_to_failing_decode = 0;

 private:
  [[noreturn]] static void fail() { throw std::runtime_error("the key store is away"); }

  std::shared_ptr<codec::PayloadCodec> codec_ = encryption();
};

class CodecOnTheServer : public ServerTest {
 protected:
  static client::Client coded(std::shared_ptr<codec::PayloadCodec> codec) {
    return client::Client::connect({.address = address(), .data_converter = {.codec = std::move(codec)}});
  }
};

}  // namespace

TEST_F(CodecOnTheServer, AllThatTravelsIsEncodedAndComesBack) {
  const auto id = unique_name();
  const auto coded = CodecOnTheServer::coded(encryption());
  const RunningWorker worker{coded, options(id)};
  const client::StartOptions start{.id = id, .task_queue = id, .memo = {{"first", converter::to_payload(secret)}}};
  const auto handle = coded.start<&Conversation::run>(start, secret).get();
  const auto first_run = handle.describe().get().run_id;
  EXPECT_EQ(handle.update<&Conversation::swap>(secret + " update").get(), " before");
  const auto again = coded.workflow_handle<&Conversation::run>(id);
  again.signal<&Conversation::say>(secret + " signal").get();
  const auto text = secret + " once more";
  EXPECT_EQ(again.result().get(),
            (std::vector<std::string>{secret + " signal", text + "!", text + "!", text + " said again",
                                      text + " of a child", "declined " + text}));
  EXPECT_EQ(again.query<&Conversation::heard>().get(), secret + " signal");
  const auto description = again.describe().get();
  EXPECT_EQ(converter::from_payload<std::string>(description.memo.at("first")), secret);
  EXPECT_EQ(converter::from_payload<std::string>(description.memo.at("note")), secret);

  // What the server has of both runs, and what a client with the codec fetches of it.
  ASSERT_NE(first_run, description.run_id);
  for (const auto& run : {first_run, description.run_id}) {
    const auto raw = client().workflow_handle<&Conversation::run>(id, run).fetch_history().get();
    EXPECT_THAT(raw.bytes, AllOf(HasSubstr("binary/encrypted"), Not(HasSubstr(secret))));
    const temporal::testing::Replayer replayer{options(id), {.codec = encryption()}};
    EXPECT_NO_THROW(replayer.replay(raw));
    const auto decoded = coded.workflow_handle<&Conversation::run>(id, run);
    EXPECT_THAT(decoded.fetch_history().get().bytes, AllOf(HasSubstr(secret), Not(HasSubstr("binary/encrypted"))));
    EXPECT_EQ(replay(options(id), decoded), "no error");
  }
}

TEST_F(CodecOnTheServer, ACodecThatFailsCostsATaskAndLosesNothing) {
  const auto codec = std::make_shared<Failing>();
  const auto coded = CodecOnTheServer::coded(codec);
  const auto readable = CodecOnTheServer::coded(encryption());
  constexpr int places = 7;  // those where an encoding of this workflow may fail; of decodings there are more
  for (const auto direction : {&Failing::calls_to_failing_encode, &Failing::calls_to_failing_decode}) {
    for (int place = 1; place <= places; ++place) {
      const auto id = unique_name();
      const auto handle = readable.start<&Conversation::run>({.id = id, .task_queue = id}, secret + " once more").get();
      handle.signal<&Conversation::say>("go on").get();
      (*codec).*direction = place;
      const RunningWorker worker{coded, options(id)};
      EXPECT_EQ(handle.result().get().size(), 6U) << place;
      EXPECT_LE((*codec).*direction, 0) << place << " was never reached";
    }
  }
}

TEST_F(CodecOnTheServer, ACallWhoseCodecFailsSaysSo) {
  const auto codec = std::make_shared<Failing>();
  const auto coded = CodecOnTheServer::coded(codec);
  codec->calls_to_failing_encode = 1;
  const auto id = unique_name();
  try {
    (void)coded.start<&Conversation::run>({.id = id, .task_queue = id}, secret).get();
    FAIL() << "no error";
  } catch (const EncodeError& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("the payload codec failed to encode: std::runtime_error: the key store is away"));
  }
}

TEST_F(CodecOnTheServer, RunsThatBeganWithoutACodecGoOn) {
  const auto id = unique_name();
  const auto handle = client().start<&Conversation::run>({.id = id, .task_queue = id}, secret + " once more").get();
  handle.signal<&Conversation::say>("go on").get();
  const auto coded = CodecOnTheServer::coded(encryption());
  const RunningWorker worker{coded, options(id)};
  EXPECT_EQ(coded.workflow_handle<&Conversation::run>(id).result().get().size(), 6U);
}
