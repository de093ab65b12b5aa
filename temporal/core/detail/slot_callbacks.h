#pragma once

#include <temporal/core/slots.h>

#include <temporal_bridge.h>

namespace temporal::core::detail {

/// The suppliers as the bridge calls them. It keeps them until it calls `free`.
TemporalSlotSuppliers callbacks_of(std::shared_ptr<SlotSuppliers> suppliers);

}  // namespace temporal::core::detail
