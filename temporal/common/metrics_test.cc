#include <temporal/common/metrics.h>

#include <temporal/common/detail/fake_instruments.h>
#include <temporal/common/utf8.h>

#include <gmock/gmock.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace temporal;
using namespace std::chrono_literals;
using temporal::detail::FakeInstruments;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Metrics, InstrumentsOfEachKindRecordTheirValues) {
  const auto instruments = std::make_shared<FakeInstruments>();
  const Meter meter{instruments};
  meter.counter("paid").add();
  meter.up_down_counter("open").add(-2);
  meter.histogram("weight").record(0.5, {{"unit", "kg"}, {"fragile", true}});
  meter.duration_histogram("latency").record(1500ms);
  meter.gauge("level").set(7);
  EXPECT_THAT(instruments->lines(),
              ElementsAre("counter paid 1", "up_down_counter open -2", "histogram weight 0.5 fragile=true unit=kg",
                          "duration_histogram latency 1.5", "gauge level 7"));
}

TEST(Metrics, AValuesOwnAttributesWinOverThoseOfItsMeterAndTheInnerOverTheOuter) {
  const auto instruments = std::make_shared<FakeInstruments>();
  const auto meter =
      Meter{instruments}.with_attributes({{"shop", "north"}, {"team", "a"}}).with_attributes({{"team", "b"}});
  meter.counter("paid").add(1, {{"shop", "south"}});
  meter.counter("paid").add(2);
  EXPECT_THAT(instruments->lines(),
              ElementsAre("counter paid 1 shop=south team=b", "counter paid 2 shop=north team=b"));
}

TEST(Metrics, AValueThatIsNotFiniteIsNotRecorded) {
  const auto instruments = std::make_shared<FakeInstruments>();
  const Meter meter{instruments};
  for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    meter.histogram("weight").record(value);
    meter.gauge("level").set(value);
  }
  meter.duration_histogram("latency").record(-1s);
  EXPECT_THAT(instruments->lines(), ElementsAre("duration_histogram latency -1"));
}

TEST(Metrics, NothingIsRecordedWhileAConditionDoesNotHold) {
  const auto instruments = std::make_shared<FakeInstruments>();
  bool outer = true;
  bool inner = true;
  const auto counter =
      Meter{instruments}.when([&outer] { return outer; }).when([&inner] { return inner; }).counter("paid");
  counter.add(1);
  outer = false;
  counter.add(2);
  outer = true;
  inner = false;
  counter.add(3);
  inner = true;
  counter.add(4);
  EXPECT_THAT(instruments->lines(), ElementsAre("counter paid 1", "counter paid 4"));
}

TEST(Metrics, OfNoTelemetryRecordNothingAndAskForNoCondition) {
  int asked = 0;
  Meter{}.when([&asked] { return ++asked > 0; }).counter("paid").add(1);
  EXPECT_EQ(asked, 0);
}

TEST(Metrics, AnInstrumentThatOpenTelemetryWouldDropIsAnErrorThatSaysWhy) {
  const auto refusal = [](const std::string& name, const InstrumentOptions& options) -> std::string {
    std::string all;
    const Meter without_telemetry;
    for (const auto& meter : {Meter{std::make_shared<FakeInstruments>()}, without_telemetry}) {
      for (const auto& make : std::vector<std::function<void()>>{
               [&] { (void)meter.counter(name, options); }, [&] { (void)meter.up_down_counter(name, options); },
               [&] { (void)meter.histogram(name, options); }, [&] { (void)meter.duration_histogram(name, options); },
               [&] { (void)meter.gauge(name, options); }}) {
        try {
          make();
          return "no error";
        } catch (const std::invalid_argument& error) {
          all = error.what();
        }
      }
    }
    return all;
  };
  const std::string cut = "M\xC3";
  for (const auto& name : {std::string{}, cut, std::string{"cards charged"}, std::string{"1st"}, std::string{"_x"},
                           std::string(256, 'x'), std::string{"a\0b", 3}, std::string{"caf\u00e9"}}) {
    EXPECT_THAT(refusal(name, {}), AllOf(HasSubstr("the metric \""), HasSubstr("its name has to begin"))) << name;
    EXPECT_TRUE(temporal::detail::is_valid_utf8(refusal(name, {}))) << "a log could not take it";
  }
  EXPECT_THAT(refusal("paid", {.unit = std::string(64, 'x')}), HasSubstr("unit"));
  EXPECT_THAT(refusal("paid", {.unit = "\u00b5s"}), HasSubstr("unit"));
  EXPECT_THAT(refusal("paid", {.description = cut}), HasSubstr("description"));
  EXPECT_EQ(refusal("a/b.c-d_9", {.description = "caf\u00e9", .unit = "{card}"}), "no error");
  EXPECT_EQ(refusal(std::string(255, 'x'), {.unit = std::string(63, 'x')}), "no error");
}
