"""What commands do, by subject; every module registers its handlers under the names that the tables use."""
