"""A running lab: a topology becomes a world, with inventories and a control API."""
