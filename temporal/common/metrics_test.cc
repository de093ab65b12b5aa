#include <temporal/common/metrics.h>

#include <temporal/common/detail/fake_instruments.h>

#include <gmock/gmock.h>

#include <chrono>
#include <cmath>
#include <memory>

using namespace temporal;
using namespace std::chrono_literals;
using temporal::detail::FakeInstruments;
using ::testing::ElementsAre;

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
