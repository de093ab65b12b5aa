# stub until the bridge lands
