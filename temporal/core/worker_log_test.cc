#include <temporal/core/worker_log.h>

#include <gmock/gmock.h>

#include <string>
#include <vector>

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

namespace temporal::core {
namespace {

struct Lines {
  std::vector<std::string> lines;
  Logger log = Logger::create({}, [this](std::string_view line) { lines.emplace_back(line); });
};

bridge::v1::LogRecord warning(const std::string& message, const std::string& fields = "{}") {
  bridge::v1::LogRecord record;
  record.set_level(2);
  record.set_message(message);
  record.set_fields_json(fields);
  return record;
}

TEST(WorkerLog, GetsWhatNamesItsTaskQueueAndWhatNamesNone) {
  Lines here;
  Lines there;
  const WorkerLog first{here.log, "here"};
  const WorkerLog second{there.log, "there"};
  log_to_workers(warning("about one", R"({"task_queue":"here","size":7})"));
  log_to_workers(warning("about the server"));
  EXPECT_THAT(here.lines, ElementsAre(AllOf(HasSubstr("about one"), HasSubstr("WARN"), HasSubstr(R"("size":7)")),
                                      HasSubstr("about the server")));
  EXPECT_THAT(there.lines, ElementsAre(HasSubstr("about the server")));
}

TEST(WorkerLog, GetsARecordOnceForAllWorkersThatShareASink) {
  Lines shared;
  const WorkerLog first{shared.log, "a"};
  const WorkerLog second{shared.log.with({{"worker", "b"}}), "b"};
  log_to_workers(warning("about the server"));
  EXPECT_THAT(shared.lines, SizeIs(1));
}

TEST(WorkerLog, GetsNothingOnceItIsGone) {
  Lines gone;
  {
    const WorkerLog worker{gone.log, "q"};
  }
  log_to_workers(warning("about the server"));
  EXPECT_THAT(gone.lines, IsEmpty());
}

}  // namespace
}  // namespace temporal::core
