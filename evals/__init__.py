"""The evaluation suite: measures every arrow of Readout against gold answers and open sets."""
